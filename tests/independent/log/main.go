// Checks a log with golang.org/x/mod/sumdb/{note,tlog}, from its entries up: what a stranger makes of
// our logs and proofs. It knows nothing of Proviso: the formats are those of c2sp.org.
//
//	log verify VKEY DIR [PINNED]     prints "SIZE ROOT" of the log in DIR; with PINNED, a checkpoint that
//	                                 somebody kept, the log must still begin with that tree
//	log judge VKEY < LINES           a line is "DIR" or "DIR PINNED"; prints for each what verify would,
//	                                 or "refused: REASON"
//	log evidence VKEY < PROOF        a c2sp.org/tlog-proof@v1 whose extra line is the entry; prints the entry
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

type head struct {
	size int64
	root tlog.Hash
}

// openCheckpoint takes a checkpoint of exactly three lines, signed by the key that its origin names.
func openCheckpoint(signed []byte, verifier note.Verifier) (head, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return head{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return head{}, errors.New("the size is not canonical")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return head{}, errors.New("the root is not canonical")
	}
	return head{size, root}, nil
}

// tilePath is that of c2sp.org/tlog-tiles; level is a number or "entries".
func tilePath(level string, index int64, count int) string {
	name := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		name = fmt.Sprintf("x%03d/%s", index%1000, name)
	}
	if count < width {
		name += fmt.Sprintf(".p/%d", count)
	}
	return filepath.Join("tile", level, name)
}

// forEachTile calls work for every tile of a level that holds `hashes` hashes or entries in all.
func forEachTile(hashes int64, work func(index int64, count int) error) error {
	for index := int64(0); index*width < hashes; index++ {
		if err := work(index, int(min(width, hashes-index*width))); err != nil {
			return err
		}
	}
	return nil
}

func entriesOf(bundle []byte, count int) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) >= 2 {
		length := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+length {
			break
		}
		entries, bundle = append(entries, bundle[2:2+length]), bundle[2+length:]
	}
	if len(bundle) != 0 || len(entries) != count {
		return nil, fmt.Errorf("the bundle is not %d entries", count)
	}
	return entries, nil
}

// rebuild works out every hash of the tree from the entries.
func rebuild(dir string, size int64) (tlog.HashReaderFunc, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if index >= int64(len(stored)) {
				return nil, errors.New("beyond the tree")
			}
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	err := forEachTile(size, func(index int64, count int) error {
		path := tilePath("entries", index, count)
		bundle, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		entries, err := entriesOf(bundle, count)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for i, entry := range entries {
			hashes, err := tlog.StoredHashes(index*width+int64(i), entry, reader)
			if err != nil {
				return err
			}
			stored = append(stored, hashes...)
		}
		return nil
	})
	return reader, err
}

// checkTiles compares every tile of hashes with the tree that the entries make.
func checkTiles(dir string, size int64, tree tlog.HashReaderFunc) error {
	for level := 0; size>>(8*level) > 0; level++ {
		err := forEachTile(size>>(8*level), func(index int64, count int) error {
			path := tilePath(strconv.Itoa(level), index, count)
			found, err := os.ReadFile(filepath.Join(dir, path))
			if err != nil {
				return err
			}
			wanted, err := tlog.ReadTileData(tlog.Tile{H: 8, L: level, N: index, W: count}, tree)
			if err == nil && !bytes.Equal(found, wanted) {
				err = fmt.Errorf("%s is not what its entries make", path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func verify(verifier note.Verifier, dir, pinned string) (head, error) {
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return head{}, err
	}
	log, err := openCheckpoint(signed, verifier)
	if err != nil {
		return head{}, err
	}
	tree, err := rebuild(dir, log.size)
	if err != nil {
		return head{}, err
	}
	root, err := tlog.TreeHash(log.size, tree)
	if err != nil {
		return head{}, err
	}
	if root != log.root {
		return head{}, errors.New("the entries do not make the signed root")
	}
	if err := checkTiles(dir, log.size, tree); err != nil || pinned == "" {
		return log, err
	}
	if signed, err = os.ReadFile(pinned); err != nil {
		return head{}, err
	}
	kept, err := openCheckpoint(signed, verifier)
	if err != nil {
		return head{}, err
	}
	if kept.size > log.size {
		return head{}, errors.New("the log is shorter than the pinned checkpoint")
	}
	if root, err = tlog.TreeHash(kept.size, tree); err == nil && root != kept.root {
		err = errors.New("the log does not begin with the pinned checkpoint's tree")
	}
	return log, err
}

func judge(verifier note.Verifier) error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := append(strings.Fields(lines.Text()), "", "")
		if log, err := verify(verifier, words[0], words[1]); err != nil {
			fmt.Println("refused:", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println(log.size, log.root)
		}
	}
	return lines.Err()
}

func evidence(verifier note.Verifier) error {
	proof, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	above, signed, found := strings.Cut(string(proof), "\n\n")
	lines := strings.Split(above, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	hashes := make(tlog.RecordProof, len(lines)-3)
	for i, line := range lines[3:] {
		if hashes[i], err = tlog.ParseHash(line); err != nil {
			return err
		}
	}
	log, err := openCheckpoint([]byte(signed), verifier)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(hashes, log.size, log.root, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Printf("%s\n", entry)
	return nil
}

func run(words []string) error {
	if len(words) < 2 {
		return errors.New("usage: log verify VKEY DIR [PINNED] | log judge VKEY | log evidence VKEY")
	}
	verifier, err := note.NewVerifier(words[1])
	if err != nil {
		return err
	}
	switch {
	case words[0] == "verify" && (len(words) == 3 || len(words) == 4):
		log, err := verify(verifier, words[2], append(words, "")[3])
		if err == nil {
			fmt.Println(log.size, log.root)
		}
		return err
	case words[0] == "judge" && len(words) == 2:
		return judge(verifier)
	case words[0] == "evidence" && len(words) == 2:
		return evidence(verifier)
	}
	return run(nil)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "log:", err)
		os.Exit(1)
	}
}
