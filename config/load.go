package config

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"time"

	"github.com/adrg/xdg"
)

// Paths says where the files of a person are.
type Paths struct {
	Config string // the settings file
	Data   string // the store, unless a setting says otherwise
	Log    string // what a background loop has to say
	Cache  string // what can be made again
}

// FindPaths returns the paths of this process' person by the XDG rules. Where the environment names no home, as in a service or under
// cron, it is the one that the system's list of users gives: the data is where the person's own terminal finds it.
func FindPaths() Paths {
	if home := os.Getenv("HOME"); runtime.GOOS != "windows" && !filepath.IsAbs(home) {
		if u, err := user.Current(); err == nil && filepath.IsAbs(u.HomeDir) && os.Setenv("HOME", u.HomeDir) == nil {
			xdg.Reload()
		}
	}
	return Paths{
		Config: filepath.Join(xdg.ConfigHome, "arbor", "config.toml"),
		Data:   filepath.Join(xdg.DataHome, "arbor"),
		Log:    filepath.Join(xdg.StateHome, "arbor", "log"),
		Cache:  filepath.Join(xdg.CacheHome, "arbor"),
	}
}

// Source is where a value comes from, the weaker first.
type Source uint8

// The sources in the order of their strength.
const (
	Default Source = iota
	File
	Environment
	Flag
)

// Origin is where the value of one setting came from.
type Origin struct {
	Source Source
	Name   string // the file's path, the variable's or the flag's name
}

// String returns the origin as a person reads it.
func (o Origin) String() string {
	if o.Source == Default {
		return "default"
	}
	return o.Name
}

// Problem is something wrong in the settings file. The program starts without what it is about.
type Problem struct {
	Path         string
	Line, Column int // 0: the whole file
	Text         string
}

// Error returns the problem as file:line:column: text.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.Path + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.Path, p.Line, p.Column, p.Text)
}

// Loaded is the outcome of Load.
type Loaded struct {
	Config
	Paths    Paths
	Origins  map[string]Origin // by the setting's name
	Problems []Problem
}

// Load puts the settings together: flags holds those given on the command line, by name; lookup reads the environment. An error is
// about a flag or a variable, which a person just typed; what is wrong in the file is a Problem.
func Load(paths Paths, known Known, flags map[string]string, lookup func(string) (string, bool)) (*Loaded, error) {
	l := &Loaded{
		Config:  Config{Dir: paths.Data, Theme: "auto", Keys: "default", Zone: time.Local, Tables: defaultTables()},
		Paths:   paths,
		Origins: map[string]Origin{},
	}
	l.readFile(known)
	l.Hooks.Dir = hooksDir(paths, l.Hooks.Dir)
	for _, s := range known.settings() {
		if v, ok := lookup(s.Env); ok && v != "" {
			if err := s.set(&l.Config, v); err != nil {
				return nil, fmt.Errorf("%s: %w", s.Env, err)
			}
			l.Origins[s.Name] = Origin{Environment, s.Env}
		}
		if v, ok := flags[s.Name]; ok {
			if err := s.set(&l.Config, v); err != nil {
				return nil, fmt.Errorf("--%s: %w", s.Name, err)
			}
			l.Origins[s.Name] = Origin{Flag, "--" + s.Name}
		}
	}
	return l, nil
}

// Value returns the value of the setting as text.
func (l *Loaded) Value(s Setting) string { return s.get(&l.Config) }

// readFile takes what the settings file has to say.
func (l *Loaded) readFile(known Known) {
	path := l.Paths.Config
	b, err := readFile(path)
	if err != nil {
		l.Problems = append(l.Problems, Problem{Path: path, Text: err.Error()})
		return
	}
	got, problems := known.parse(b)
	l.Bind, l.Tables = got.bind, got.tables
	for _, p := range problems {
		p.Path = path
		l.Problems = append(l.Problems, p)
	}
	for _, s := range known.settings() {
		v, ok := got.values[s.Name]
		if !ok {
			continue
		}
		if err := s.set(&l.Config, v); err != nil { // parse checked it; a path may still not resolve now
			l.Problems = append(l.Problems, Problem{Path: path, Text: s.Name + ": " + err.Error()})
			continue
		}
		l.Origins[s.Name] = Origin{File, path}
	}
}
