// Appends to a Tessera POSIX log, each caller waiting until a published checkpoint covers its entry: the pace to
// beat (bench/audit). Checkpoints as often as Tessera permits.
//
//	append DIR CALLERS SECONDS BYTES     prints {"threads":...,"appended":...,"seconds":...}
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const (
	checkpointInterval = 100 * time.Millisecond // Tessera's least.
	batchMax           = 4096                   // Ours.
	batchAge           = time.Millisecond
	pollInterval       = time.Millisecond
)

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: append DIR CALLERS SECONDS BYTES")
	}
	callers, seconds, size := number(os.Args[2]), number(os.Args[3]), number(os.Args[4])
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	secret, _, err := note.GenerateKey(rand.Reader, "site.example/log")
	if err != nil {
		log.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		log.Fatal(err)
	}
	driver, err := posix.New(ctx, posix.Config{Path: os.Args[1]})
	if err != nil {
		log.Fatal(err)
	}
	appender, _, reader, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(checkpointInterval).
		WithBatching(batchMax, batchAge))
	if err != nil {
		log.Fatal(err)
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, pollInterval)

	var appended atomic.Int64
	var waiting sync.WaitGroup
	start := time.Now()
	for caller := range callers {
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			entry := make([]byte, size)
			for count := 0; time.Since(start) < time.Duration(seconds)*time.Second; count++ {
				copy(entry, fmt.Sprintf("%d %d", caller, count))
				if _, _, err := awaiter.Await(ctx, appender.Add(ctx, tessera.NewEntry(entry))); err != nil {
					log.Fatal(err)
				}
				appended.Add(1)
			}
		}()
	}
	waiting.Wait()
	fmt.Printf("{\"threads\":%d,\"appended\":%d,\"seconds\":%.6f}\n", callers, appended.Load(), time.Since(start).Seconds())
}
