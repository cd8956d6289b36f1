// Reads and writes signed notes with golang.org/x/mod/sumdb/note: what other people's verifiers make
// of ours, and ours of theirs.
//
//	note verify VKEY... < NOTE             prints the text and a line "signed by NAME" for each key
//	note sign NAME SEED_BASE64 < TEXT      prints the key, an empty line and the note
//	note judge VKEY... < NOTES             NOTES are base64, one a line; prints a line for each:
//	                                       the base64 of its text, or "refused"
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"
)

// The signing key of a seed, in the text form that the package reads.
func signerOf(name, seedBase64 string) (note.Signer, string, error) {
	seed, err := base64.StdEncoding.DecodeString(seedBase64)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, "", fmt.Errorf("the seed is 32 bytes in base64")
	}
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	key := append([]byte{1}, public...)
	hash := sha256.Sum256(append([]byte(name+"\n"), key...))
	id := binary.BigEndian.Uint32(hash[:4])
	secret := base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
	signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, id, secret))
	if err != nil {
		return nil, "", err
	}
	return signer, fmt.Sprintf("%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(key)), nil
}

func verifiersOf(keys []string) (note.Verifiers, error) {
	var known []note.Verifier
	for _, key := range keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		known = append(known, verifier)
	}
	return note.VerifierList(known...), nil
}

func verify(keys []string) error {
	known, err := verifiersOf(keys)
	if err != nil {
		return err
	}
	bytes, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	opened, err := note.Open(bytes, known)
	if err != nil {
		return err
	}
	fmt.Print(opened.Text)
	for _, signature := range opened.Sigs {
		fmt.Println("signed by", signature.Name)
	}
	return nil
}

func sign(name, seed string) error {
	signer, key, err := signerOf(name, seed)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n%s", key, signed)
	return nil
}

func judge(keys []string) error {
	known, err := verifiersOf(keys)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		bytes, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			return err
		}
		if opened, err := note.Open(bytes, known); err != nil {
			fmt.Fprintln(out, "refused")
		} else {
			fmt.Fprintln(out, base64.StdEncoding.EncodeToString([]byte(opened.Text)))
		}
	}
	return lines.Err()
}

func run(words []string) error {
	switch {
	case len(words) > 1 && words[0] == "verify":
		return verify(words[1:])
	case len(words) == 3 && words[0] == "sign":
		return sign(words[1], words[2])
	case len(words) > 1 && words[0] == "judge":
		return judge(words[1:])
	}
	return fmt.Errorf("usage: note verify VKEY... | note sign NAME SEED | note judge VKEY...")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "note:", err)
		os.Exit(1)
	}
}
