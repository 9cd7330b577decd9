package cli

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"arbor/config"
)

// contents are the bytes of all files below a directory, by their names.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCompletionOnlyReads: what a shell asks, of the words of every verb and the values of every flag, is answered without a word of error;
// no store is made by it, and none is changed.
func TestCompletionOnlyReads(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "store")
	call := func(out, errs io.Writer, args ...string) int {
		return Run(t.Context(), Program{
			Args: args, In: strings.NewReader(""), Out: out, Err: errs,
			Now:    func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) },
			Lookup: func(string) (string, bool) { return "", false },
			Paths: config.Paths{Config: filepath.Join(dir, "config.toml"), Data: data,
				Log: filepath.Join(dir, "log"), Cache: filepath.Join(dir, "cache")},
		})
	}
	ask := func(args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		code := call(&out, &errs, append([]string{cobra.ShellCompRequestCmd}, args...)...)
		if code != exitOK || !strings.HasPrefix(errs.String(), "Completion ended with directive: ") || strings.Count(errs.String(), "\n") > 1 {
			t.Errorf("%q: %d, %s", args, code, errs.String())
		}
		if text := strings.TrimRight(out.String(), "\n"); !strings.HasPrefix(text[strings.LastIndex(text, "\n")+1:], ":") {
			t.Errorf("%q: no directive below %q", args, text)
		}
	}
	askAll := func() {
		everyVerb((&run{Program: &Program{}}).root(), func(cmd *cobra.Command) {
			verb := strings.Fields(cmd.CommandPath())[1:]
			for _, words := range [][]string{{""}, {"is:"}, {"+"}, {"x", "under:"}} {
				ask(append(verb[:len(verb):len(verb)], words...)...)
			}
			cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
				if f.NoOptDefVal == "" {
					ask(append(verb[:len(verb):len(verb)], "--"+f.Name, "")...)
				}
			})
		})
	}
	askAll()
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("completion made a store: %v", err)
	}
	for _, line := range []string{"add plants +home due:fri", "add closed +old state:done", "log weight 72"} {
		var errs bytes.Buffer
		if code := call(io.Discard, &errs, strings.Fields(line)...); code != exitOK {
			t.Fatalf("%s: %s", line, errs.String())
		}
	}
	before := contents(t, data)
	askAll()
	if !maps.Equal(contents(t, data), before) {
		t.Error("completion changed the store")
	}
}
