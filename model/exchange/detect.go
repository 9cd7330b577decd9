package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Format names a format of files.
type Format string

// The formats that can be read.
const (
	Void        Format = "void"
	Taskwarrior Format = "taskwarrior"
	JSON        Format = "json"
	CSV         Format = "csv"
)

// Formats lists them.
var Formats = []Format{Void, Taskwarrior, JSON, CSV}

// ErrUnknown says that a file is in no format that we know.
var ErrUnknown = errors.New("unknown format")

// Head is how much of a file Detect wants to see.
const Head = 64 << 10

// Detect says in which format a file is that begins with head. If it is in none, the error says what it looks like and what to do.
func Detect(head []byte) (Format, error) {
	if err := Readable(head); err != nil && !looksVoid(head) {
		return "", err
	}
	if looksVoid(head) {
		return Void, nil
	}
	text := strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n")
	line, _, _ := strings.Cut(text, "\n")
	var row struct{ Time, Series, Value json.RawMessage }
	switch {
	case json.Unmarshal([]byte(line), &row) == nil && row.Time != nil && row.Series != nil && row.Value != nil: // samples that we wrote
		return CSV, nil
	case text == "":
		return "", fmt.Errorf("the file holds blanks only; there is nothing to import")
	case strings.HasPrefix(text, "{") && strings.Contains(line[:min(len(line), 200)], `"arbor"`):
		return JSON, nil
	case text[0] == '{' || text[0] == '[':
		for _, key := range []string{`"description"`, `"status"`, `"uuid"`} {
			if strings.Contains(text, key) {
				return Taskwarrior, nil
			}
		}
		var row map[string]json.RawMessage
		if json.Unmarshal([]byte(line), &row) == nil && len(row) > 1 { // an object on each line, with a time and a value, is a table too
			return CSV, nil
		}
		return "", fmt.Errorf("it is JSON, but neither Taskwarrior's nor ours; arbor import reads %s, and samples with an object on each line, as 'jq -c' writes them: %w", names(), ErrUnknown)
	case strings.ContainsAny(line, ",;\t") && !strings.HasPrefix(line, "<"):
		return CSV, nil
	}
	return "", fmt.Errorf("it looks like none of %s; name the format: arbor import FORMAT FILE: %w", names(), ErrUnknown)
}

func names() string {
	s := make([]string, len(Formats))
	for i, f := range Formats {
		s[i] = string(f)
	}
	return strings.Join(s, ", ")
}

// Readable refuses a file that can hold no text: one that is empty, compressed, UTF-16 or binary.
func Readable(head []byte) error {
	switch {
	case len(head) == 0:
		return errors.New("the file is empty; there is nothing to import")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return errors.New("it is compressed with gzip; unpack it first: gunzip -c FILE | arbor import FORMAT -")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return errors.New("it is a zip archive; unpack it first")
	case bytes.HasPrefix(head, []byte("SQLite format 3")):
		return errors.New("it is an SQLite database; if it is Taskwarrior's, run: task export | arbor import taskwarrior -")
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return errors.New("it is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE")
	case bytes.IndexByte(head, 0) >= 0:
		return errors.New("it is a binary file, not text")
	}
	return nil
}

// looksVoid reports whether head begins like a map of void: a node, which begins with a field of its own.
func looksVoid(head []byte) bool {
	num, typ, n := protowire.ConsumeTag(head)
	if n < 0 || num != 1 || typ != protowire.BytesType {
		return false
	}
	size, m := protowire.ConsumeVarint(head[n:])
	if m < 0 || size < 4 || size > 1<<30 {
		return false
	}
	seen := 0
	for node := head[n+m:][:min(uint64(len(head)-n-m), size)]; len(node) > 0; seen++ {
		num, typ, n := protowire.ConsumeTag(node)
		if n < 0 {
			break
		}
		want := protowire.VarintType
		if num == 2 || num == 3 || num == 12 || num == 4 && typ == protowire.BytesType {
			want = protowire.BytesType
		}
		if num <= 13 && typ != want {
			return false
		}
		m := protowire.ConsumeFieldValue(num, typ, node[n:])
		if m < 0 {
			break
		}
		node = node[n+m:]
	}
	return seen >= 2
}
