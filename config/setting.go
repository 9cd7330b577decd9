package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a zone's name means the same on a machine without a zone database
)

// Config is every setting with its value.
type Config struct {
	Dir    string              // the store's directory
	IO     string              // the disk to use: "uring", "direct" or "buffered"; "" takes the best that works
	Theme  string              // the theme's name
	Keys   string              // the key preset's name
	Bind   map[string][]string // the person's own keys, by the command's id
	Fields []string            // the keys that a person's fields have, which the inline grammar then knows
	Zone   *time.Location      // where a day begins; the machine's own unless set
	ASCII  bool                // draw with ASCII alone
	Plain  bool                // words and tables in place of pictures, for screen readers
	Tables
}

// Setting describes one setting.
type Setting struct {
	Name string // in the file and on the command line; "keys.preset" is preset in the table [keys]
	Env  string // the environment variable
	Help string
	// Switch is true for a setting that is on or off.
	Switch bool
	set    func(*Config, string) error
	get    func(*Config) string
}

// Known is what other packages know of the values of settings, by the setting's name; in the name of a line of a table, * stands for what
// the person chose, as in field.*.type.
type Known struct {
	Names map[string][]string           // the values that it takes
	Check map[string]func(string) error // says what is wrong with a value, or with one of a list
}

// Settings returns every setting in the order in which a person reads them.
func Settings() []Setting { return Known{}.settings() }

func (k Known) settings() []Setting {
	return []Setting{
		{Name: "dir", Env: "ARBOR_DIR", Help: "directory of the store",
			set: func(c *Config, s string) (err error) { c.Dir, err = absolute(s); return },
			get: func(c *Config) string { return c.Dir }},
		{Name: "io", Env: "ARBOR_IO", Help: "disk: uring, direct or buffered; the best without",
			set: func(c *Config, s string) (err error) { c.IO, err = oneOf(s, "", "uring", "direct", "buffered"); return },
			get: func(c *Config) string { return c.IO }},
		{Name: "theme", Env: "ARBOR_THEME", Help: "name of the colour theme",
			set: func(c *Config, s string) (err error) { c.Theme, err = k.name("theme", s); return },
			get: func(c *Config) string { return c.Theme }},
		{Name: "keys.preset", Env: "ARBOR_KEYS", Help: "name of the key preset",
			set: func(c *Config, s string) (err error) { c.Keys, err = k.name("keys.preset", s); return },
			get: func(c *Config) string { return c.Keys }},
		{Name: "fields", Env: "ARBOR_FIELDS", Help: "keys of your own fields, with commas between them",
			set: func(c *Config, s string) (err error) { c.Fields, err = fieldNames(s); return },
			get: func(c *Config) string { return strings.Join(c.Fields, ",") }},
		{Name: "zone", Env: "ARBOR_ZONE", Help: "time zone in which a day begins; empty is the machine's",
			set: func(c *Config, s string) (err error) { c.Zone, err = zone(s); return },
			get: func(c *Config) string { return zoneName(c.Zone) }},
		{Name: "ascii", Env: "ARBOR_ASCII", Help: "draw with ASCII alone", Switch: true,
			set: func(c *Config, s string) (err error) { c.ASCII, err = yesNo(s); return },
			get: func(c *Config) string { return strconv.FormatBool(c.ASCII) }},
		{Name: "plain", Env: "ARBOR_PLAIN", Help: "words and tables in place of pictures", Switch: true,
			set: func(c *Config, s string) (err error) { c.Plain, err = yesNo(s); return },
			get: func(c *Config) string { return strconv.FormatBool(c.Plain) }},
	}
}

func absolute(s string) (string, error) {
	if s == "" {
		return "", errors.New("the path is empty")
	}
	return filepath.Abs(s)
}

func oneOf(s string, values ...string) (string, error) {
	for _, v := range values {
		if s == v {
			return s, nil
		}
	}
	return "", fmt.Errorf("%q is none of %s", s, strings.TrimPrefix(strings.Join(values, ", "), ", "))
}

// name takes the name of something that another package knows.
func (k Known) name(setting, s string) (string, error) {
	if values, ok := k.Names[setting]; ok {
		return oneOf(s, values...)
	}
	if s == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return "", fmt.Errorf("%q is no name: lower-case letters, digits and dashes", s)
	}
	return s, nil
}

// fieldNames reads the keys of fields: words that may stand before a colon.
func fieldNames(s string) ([]string, error) {
	var out []string
	for _, key := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		if strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
			return nil, fmt.Errorf("%q is no key of a field: lower-case letters, digits, _ and -", key)
		}
		out = append(out, key)
	}
	return out, nil
}

func zone(s string) (*time.Location, error) {
	if s == "" {
		return time.Local, nil
	}
	loc, err := time.LoadLocation(s)
	if err != nil {
		return nil, fmt.Errorf("%q is no time zone: Europe/Berlin, UTC, …", s)
	}
	return loc, nil
}

func zoneName(loc *time.Location) string {
	if loc == time.Local {
		return ""
	}
	return loc.String()
}

func yesNo(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0", "":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", s)
}
