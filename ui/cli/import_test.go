package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"arbor/config"
)

// An import that takes long says how far it is where a person looks on, and leaves no trace of that; where nobody does it says nothing.
func TestImportTellsHowFarItIs(t *testing.T) {
	dir := t.TempDir()
	var table strings.Builder
	table.WriteString("time,v\n")
	for i := range 100_000 {
		fmt.Fprintf(&table, "%s,%d\n", time.Unix(1.6e9+int64(i), 0).UTC().Format(time.RFC3339), i%100)
	}
	file := filepath.Join(dir, "table.csv")
	if err := os.WriteFile(file, []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, seen := range []bool{true, false} {
		now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		var out, errs bytes.Buffer
		p := Program{Args: []string{"import", file, "--series", "x"}, Out: &out, Err: &errs, Lookup: func(string) (string, bool) { return "", false },
			Now:      func() time.Time { now = now.Add(300 * time.Millisecond); return now }, // slow, as if it were
			Paths:    config.Paths{Data: filepath.Join(dir, fmt.Sprint("store", seen)), Config: filepath.Join(dir, "config.toml"), Log: filepath.Join(dir, "log"), Cache: filepath.Join(dir, "cache")},
			Terminal: Terminal{Err: seen}}
		if code := Run(t.Context(), p); code != exitOK || !strings.Contains(out.String(), "100000 samples") {
			t.Fatalf("exit code %d: %s%s", code, out.String(), errs.String())
		}
		told := errs.String()
		if !seen && told != "" {
			t.Errorf("nobody looks on, and it says %q", told)
		}
		if seen && (!regexp.MustCompile(`\rread \d+ %\x1b\[K.*\rstore \d+ %\x1b\[K`).MatchString(told) || !strings.HasSuffix(told, "\r\x1b[K") || strings.Contains(told, "\n")) {
			t.Errorf("it says %q", told)
		}
	}
}
