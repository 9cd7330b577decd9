package config

import (
	"os"
	"os/user"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"
)

// load writes body as the settings file and loads with the given environment and flags.
func load(t *testing.T, body string, env, flags map[string]string) (*Loaded, error) {
	t.Helper()
	dir := t.TempDir()
	paths := Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data")}
	if body != "" {
		if err := os.WriteFile(paths.Config, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(paths, Known{Names: map[string][]string{"keys.preset": {"f", "e", "g"}}}, flags, func(k string) (string, bool) { v, ok := env[k]; return v, ok })
}

func TestDefaults(t *testing.T) {
	l, err := load(t, "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.Dir != l.Paths.Data || l.IO != "" || l.Zone != time.Local || l.ASCII || len(l.Problems) > 0 {
		t.Fatalf("%+v", l)
	}
	for _, s := range Settings() {
		if o := l.Origins[s.Name].String(); o != "default" {
			t.Errorf("%s comes from %s", s.Name, o)
		}
	}
}

// A flag is stronger than the environment, which is stronger than the file, which is stronger than the default; for every setting.
func TestStrength(t *testing.T) {
	values := map[string][3]string{ // file, environment, flag
		"dir": {"/f", "/e", "/g"}, "io": {"direct", "buffered", "uring"}, "theme": {"f", "e", "g"}, "keys.preset": {"f", "e", "g"},
		"zone":   {"UTC", "Europe/Berlin", "Asia/Tokyo"},
		"fields": {"a", "b,c", "d"}, "ascii": {"true", "false", "true"}, "plain": {"true", "false", "true"},
	}
	for _, s := range Settings() {
		v, ok := values[s.Name]
		if !ok {
			t.Fatalf("no row for %s", s.Name)
		}
		quote := `"` + v[0] + `"`
		if v[0] == "true" {
			quote = v[0]
		}
		if s.Name == "fields" {
			quote = `["` + v[0] + `"]`
		}
		body := s.Name + " = " + quote + "\n"
		env, flags := map[string]string{s.Env: v[1]}, map[string]string{s.Name: v[2]}
		for want, got := range map[Source]func() (*Loaded, error){
			File:        func() (*Loaded, error) { return load(t, body, nil, nil) },
			Environment: func() (*Loaded, error) { return load(t, body, env, nil) },
			Flag:        func() (*Loaded, error) { return load(t, body, env, flags) },
		} {
			l, err := got()
			if err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
			if l.Value(s) != v[want-1] || l.Origins[s.Name].Source != want || len(l.Problems) > 0 {
				t.Errorf("%s: %q from %v, want %q; problems %v", s.Name, l.Value(s), l.Origins[s.Name], v[want-1], l.Problems)
			}
		}
	}
}

// What is wrong in the file is named with its place, and all that is right in it holds.
func TestProblems(t *testing.T) {
	for _, row := range []struct{ name, body, want, io string }{
		{"unknown", "colour = 1\nio = \"direct\"\n", ":1:1: no setting is called colour", "direct"},
		{"unknown in a table", "io = \"direct\"\n[keys]\nprset = \"vim\"\n", ":3:1: no setting is called keys.prset", "direct"},
		{"wrong value", "io = \"direct\"\nzone = \"Mars\"\n", `:2:8: zone: "Mars" is no time zone`, "direct"},
		{"unknown name", "io = \"direct\"\n[keys]\npreset = \"vm\"\n", `:3:10: keys.preset: "vm" is none of f, e, g`, "direct"},
		{"wrong type", "io = \"direct\"\nascii = \"x\"\n", ":2:9: ", ""},
		{"no TOML", "io = \"direct\"\nzone: UTC\n", ":2:", ""},
		{"binary", "\x00\x01\x02", ":1:1: ", ""},
		{"not UTF-8", "theme = \"\xff\"", ":1:", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, err := load(t, row.body, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(l.Problems) != 1 || !strings.Contains(l.Problems[0].Error(), row.want) {
				t.Fatalf("problems %v, want one with %q", l.Problems, row.want)
			}
			if strings.Contains(l.Problems[0].Error(), "\n") {
				t.Errorf("more than one line: %q", l.Problems[0].Error())
			}
			if l.IO != row.io {
				t.Errorf("io is %q, want %q", l.IO, row.io)
			}
		})
	}
}

func TestSeveralProblems(t *testing.T) {
	l, err := load(t, "io = \"fast\"\nzone = \"Mars\"\ntheme = \"dark\"\nx = 1\n", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Problems) != 3 || l.Theme != "dark" || l.IO != "" || l.Zone != time.Local {
		t.Fatalf("problems %v, %+v", l.Problems, l.Config)
	}
}

func TestBind(t *testing.T) {
	l, err := load(t, "[keys.bind]\ndone = [\"x\", \"ctrl+x\"]\nundo = []\n", nil, nil)
	if err != nil || len(l.Problems) > 0 {
		t.Fatal(err, l.Problems)
	}
	if want := map[string][]string{"done": {"x", "ctrl+x"}, "undo": {}}; !reflect.DeepEqual(l.Bind, want) {
		t.Errorf("got %v, want %v", l.Bind, want)
	}
}

// What a person just typed is refused, not passed over.
func TestRefused(t *testing.T) {
	if _, err := load(t, "", map[string]string{"ARBOR_IO": "fast"}, nil); err == nil || !strings.HasPrefix(err.Error(), "ARBOR_IO: ") {
		t.Errorf("environment: %v", err)
	}
	if _, err := load(t, "", nil, map[string]string{"io": "fast"}); err == nil || !strings.HasPrefix(err.Error(), "--io: ") {
		t.Errorf("flag: %v", err)
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir() // a directory where the file should be
	l, err := Load(Paths{Config: dir, Data: dir}, Known{}, nil, func(string) (string, bool) { return "", false })
	if err != nil || len(l.Problems) != 1 {
		t.Fatalf("%v, %v", l, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("io = \"direct\"\n[keys]\npreset = \"vim\"\n"))
	f.Add([]byte(whole))
	f.Add([]byte("ascii = true\nzone = \"UTC\"\nx = [1,2]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, problems := Known{}.parse(b)
		known := map[string]bool{}
		for _, s := range Settings() {
			known[s.Name] = true
			if v, ok := got.values[s.Name]; ok {
				if err := s.set(&Config{}, v); err != nil {
					t.Errorf("%s = %q was let through: %v", s.Name, v, err)
				}
			}
		}
		for name := range got.values {
			if !known[name] {
				t.Errorf("unknown %q", name)
			}
		}
		for _, p := range problems {
			if p.Text == "" {
				t.Error("a problem without a word")
			}
		}
	})
}

// A service has no HOME; the person's data is still where their terminal finds it.
func TestNoHome(t *testing.T) {
	u, err := user.Current()
	if err != nil || !filepath.IsAbs(u.HomeDir) || runtime.GOOS != "linux" {
		t.Skip("no list of users with homes here")
	}
	for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"} {
		t.Setenv(name, "")
	}
	t.Cleanup(xdg.Reload)
	for _, home := range []string{"", "relative"} {
		t.Setenv("HOME", home)
		xdg.Reload()
		if got, want := FindPaths().Data, filepath.Join(u.HomeDir, ".local/share/arbor"); got != want {
			t.Errorf("HOME=%q: the store is in %s, want %s", home, got, want)
		}
	}
}
