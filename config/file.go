package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// file is the settings file as TOML sees it.
type file struct {
	Dir    entry    `toml:"dir"`
	IO     entry    `toml:"io"`
	Theme  entry    `toml:"theme"`
	Zone   entry    `toml:"zone"`
	Fields []string `toml:"fields"`
	ASCII  *bool    `toml:"ascii"`
	Plain  *bool    `toml:"plain"`
	Keys   struct {
		Preset entry               `toml:"preset"`
		Bind   map[string][]string `toml:"bind"`
	} `toml:"keys"`
	tableNames
}

// entry is a setting's text. It is checked while it is decoded, because the decoder then knows the place of a wrong one.
type entry struct {
	text  string
	found bool
	check func(string) error
}

// UnmarshalText takes the text if it is right.
func (e *entry) UnmarshalText(b []byte) error {
	if err := e.check(string(b)); err != nil {
		return err
	}
	e.text, e.found = string(b), true
	return nil
}

// entries returns the settings that are text, by name.
func (f *file) entries() map[string]*entry {
	return map[string]*entry{
		"dir": &f.Dir, "io": &f.IO, "theme": &f.Theme, "zone": &f.Zone, "keys.preset": &f.Keys.Preset,
	}
}

// values returns what the file sets, by name.
func (f *file) values() map[string]string {
	out := map[string]string{}
	for name, e := range f.entries() {
		if e.found {
			out[name] = e.text
		}
	}
	if f.Fields != nil {
		out["fields"] = strings.Join(f.Fields, ",")
	}
	for name, b := range map[string]*bool{"ascii": f.ASCII, "plain": f.Plain} {
		if b != nil {
			out[name] = strconv.FormatBool(*b)
		}
	}
	return out
}

// parsed is what a settings file sets.
type parsed struct {
	values map[string]string // by the setting's name
	bind   map[string][]string
	tables Tables
}

// parse reads a settings file and says what is wrong with it. A wrong or an unknown setting is left out; a file that is not TOML sets
// nothing.
func (k Known) parse(b []byte) (parsed, []Problem) {
	var problems []Problem
	wrong := map[string]bool{}
	settings := k.settings()
	for range len(settings) + 1 { // each round leaves out one wrong setting more
		var f file
		failed := ""
		for _, s := range settings {
			if e := f.entries()[s.Name]; e != nil {
				e.check = func(text string) error {
					var scratch Config
					if wrong[s.Name] {
						return nil
					}
					if err := s.set(&scratch, text); err != nil {
						failed = s.Name
						return err
					}
					return nil
				}
			}
		}
		err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&f)
		var unknown *toml.StrictMissingError
		var broken *toml.DecodeError
		switch {
		case err == nil:
		case errors.As(err, &unknown):
			for i := range unknown.Errors {
				e := &unknown.Errors[i]
				problems = append(problems, problem(e, fmt.Sprintf("no setting is called %s", strings.Join(e.Key(), "."))))
			}
		case errors.As(err, &broken) && failed != "":
			problems = append(problems, problem(broken, failed+": "+strings.TrimPrefix(broken.Error(), "toml: ")))
			wrong[failed] = true
			continue
		case errors.As(err, &broken):
			return parsed{tables: defaultTables()}, append(problems, problem(broken, strings.TrimPrefix(broken.Error(), "toml: ")))
		default:
			return parsed{tables: defaultTables()}, append(problems, Problem{Text: err.Error()})
		}
		tables, more := k.walkTables(b)
		problems = append(problems, more...)
		slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
		values := f.values()
		for name := range wrong {
			delete(values, name)
		}
		return parsed{values, f.Keys.Bind, tables}, problems
	}
	return parsed{tables: defaultTables()}, problems
}

func problem(e *toml.DecodeError, text string) Problem {
	line, column := e.Position()
	return Problem{Line: line, Column: column, Text: text}
}

// maxFile bounds the settings file: it is read whole.
const maxFile = 1 << 20

// readFile returns the bytes of the settings file, none if there is no such file.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("larger than %d bytes: this is no settings file", maxFile)
	}
	return b, nil
}

// cause strips the path, which a Problem names itself.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
