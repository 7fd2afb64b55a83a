// Checks checkpoints and proofs with the Go team's own code for transparency logs and nothing of
// this project's: golang.org/x/mod/sumdb's note and tlog, as Debian packages them.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run checkproof.go VERIFIER-KEY < list
//
// Each line of the list is "checkpoint FILE", "entry FILE" or "consistency OLD-CHECKPOINT FILE"; the
// answer to each is a line, "accepted" or "refused: why".
package main

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, errors.New("not a number: " + text)
	}
	return n, nil
}

func bytes64(text string) ([]byte, error) {
	// Even its strict decoder passes over line breaks of either kind.
	if strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("a line break in base 64")
	}
	return base64.StdEncoding.Strict().DecodeString(text)
}

func hashes(lines []string) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, line := range lines {
		bytes, err := bytes64(line)
		if err != nil || len(bytes) != tlog.HashSize {
			return nil, errors.New("not a hash: " + line)
		}
		var hash tlog.Hash
		copy(hash[:], bytes)
		all = append(all, hash)
	}
	return all, nil
}

func openCheckpoint(text string, key note.Verifier) (size int64, root tlog.Hash, err error) {
	opened, err := note.Open([]byte(text), note.VerifierList(key))
	if err != nil {
		return 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != key.Name() {
		return 0, root, errors.New("not a checkpoint of this log")
	}
	if size, err = number(lines[1]); err != nil {
		return 0, root, err
	}
	roots, err := hashes(lines[2:3])
	if err != nil {
		return 0, root, err
	}
	return size, roots[0], nil
}

func split(text string) (lines []string, checkpoint string, err error) {
	parts := strings.SplitN(text, "\n\n", 2)
	if len(parts) != 2 {
		return nil, "", errors.New("not a proof")
	}
	return strings.Split(parts[0], "\n"), parts[1], nil
}

func checkEntry(text string, key note.Verifier) error {
	lines, checkpoint, err := split(text)
	if err != nil {
		return err
	}
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return errors.New("not a proof of an entry")
	}
	entry, err := bytes64(lines[1][len("extra "):])
	if err != nil {
		return err
	}
	index, err := number(lines[2][len("index "):])
	if err != nil {
		return err
	}
	proof, err := hashes(lines[3:])
	if err != nil {
		return err
	}
	size, root, err := openCheckpoint(checkpoint, key)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(tlog.RecordProof(proof), size, root, index, tlog.RecordHash(entry))
}

func checkConsistency(old, text string, key note.Verifier) error {
	oldSize, oldRoot, err := openCheckpoint(old, key)
	if err != nil {
		return err
	}
	lines, checkpoint, err := split(text)
	if err != nil {
		return err
	}
	if lines[0] != "old "+strconv.FormatInt(oldSize, 10) {
		return errors.New("not a proof from that size")
	}
	proof, err := hashes(lines[1:])
	if err != nil {
		return err
	}
	size, root, err := openCheckpoint(checkpoint, key)
	if err != nil {
		return err
	}
	return tlog.CheckTree(tlog.TreeProof(proof), size, root, oldSize, oldRoot)
}

func check(words []string, key note.Verifier) error {
	var texts []string
	for _, file := range words[1:] {
		bytes, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		texts = append(texts, string(bytes))
	}
	switch {
	case words[0] == "checkpoint" && len(texts) == 1:
		_, _, err := openCheckpoint(texts[0], key)
		return err
	case words[0] == "entry" && len(texts) == 1:
		return checkEntry(texts[0], key)
	case words[0] == "consistency" && len(texts) == 2:
		return checkConsistency(texts[0], texts[1], key)
	}
	return errors.New("not in the list's language")
}

func main() {
	key, err := note.NewVerifier(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(64)
	}
	list := bufio.NewScanner(os.Stdin)
	for list.Scan() {
		if err := check(strings.Fields(list.Text()), key); err != nil {
			fmt.Printf("refused: %q\n", err)
		} else {
			fmt.Println("accepted")
		}
	}
}
