package taskwarrior

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/model/date"
)

// task is one task as the file has it. Attributes that are empty are absent.
type task struct {
	line        int
	loc         *time.Location
	uuid        string
	status      string
	description string
	project     []string
	priority    string
	tags        []string
	depends     []string
	annotations []annotation
	dates       map[string]date.Date // due, scheduled, wait, until, entry, modified, end, start
	rest        []attribute          // all else, by name
}

type annotation struct {
	entry date.Date
	text  string
}

type attribute struct{ name, value string }

var dateNames = []string{"due", "scheduled", "wait", "until", "entry", "modified", "end", "start"}

// read makes a task of an object, or says why it is none.
func read(o object, loc *time.Location) (*task, error) {
	t := &task{line: o.line, loc: loc, dates: map[string]date.Date{}}
	names := make([]string, 0, len(o.keys))
	for name := range o.keys {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := t.attribute(name, o.keys[name]); err != nil {
			return nil, err
		}
	}
	if t.description == "" {
		return nil, errors.New("it has no description")
	}
	if t.status == "" {
		t.status = "pending"
	}
	if !slices.Contains([]string{"pending", "waiting", "completed", "deleted", "recurring"}, t.status) {
		return nil, fmt.Errorf("status %q is none of Taskwarrior's", t.status)
	}
	if t.uuid != "" && !isUUID(t.uuid) {
		return nil, fmt.Errorf("uuid %q is none", t.uuid)
	}
	slices.SortStableFunc(t.annotations, func(a, b annotation) int { return a.entry.Compare(b.entry) })
	slices.Sort(t.tags)
	t.tags = slices.Compact(t.tags)
	slices.Sort(t.depends)
	t.depends = slices.Compact(t.depends)
	return t, nil
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !strings.ContainsRune("0123456789abcdef", rune(s[i])) {
			return false
		}
	}
	return true
}

func (t *task) attribute(name string, raw json.RawMessage) error {
	if slices.Contains(dateNames, name) || name == "modification" {
		return t.date(name, raw)
	}
	switch name {
	case "tags":
		return list(raw, &t.tags, "tags")
	case "depends":
		return t.readDepends(raw)
	case "annotations":
		return t.readAnnotations(raw)
	}
	s := scalar(raw)
	if s == "" {
		return nil
	}
	prefix, suffix, _ := strings.Cut(name, "_")
	switch {
	case name == "uuid":
		t.uuid = strings.ToLower(s)
	case name == "status":
		t.status = s
	case name == "description":
		t.description = s
	case name == "priority":
		t.priority = s
	case name == "project":
		t.project = slices.DeleteFunc(strings.Split(s, "."), func(p string) bool { return strings.TrimSpace(p) == "" })
	case (prefix == "tag" || prefix == "tags") && suffix != "":
		t.tags = append(t.tags, suffix)
	case prefix == "dep" && isUUID(suffix):
		t.depends = append(t.depends, suffix)
	case prefix == "annotation" && suffix != "":
		entry, err := t.parse(suffix)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		t.annotations = append(t.annotations, annotation{entry, s})
	default:
		t.rest = append(t.rest, attribute{name, s})
	}
	return nil
}

// scalar returns a JSON value as text: a string's own, a number as it was written, anything else as compact JSON, null as nothing.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil || b.String() == "null" {
		return ""
	}
	return b.String()
}

// list reads an array of strings, or one string with commas.
func list(raw json.RawMessage, to *[]string, what string) error {
	var items []string
	if err := json.Unmarshal(raw, &items); err != nil {
		var one string
		if json.Unmarshal(raw, &one) != nil {
			return fmt.Errorf("%s is no list", what)
		}
		items = strings.Split(one, ",")
	}
	for _, s := range items {
		if s = strings.TrimSpace(s); s != "" {
			*to = append(*to, s)
		}
	}
	return nil
}

// readDepends reads an array, "uuid,uuid", or the array as a string that a server once made of it.
func (t *task) readDepends(raw json.RawMessage) error {
	var s string
	if json.Unmarshal(raw, &s) == nil && strings.HasPrefix(s, "[") {
		raw = json.RawMessage(s)
	}
	var ids []string
	if err := list(raw, &ids, "depends"); err != nil {
		return err
	}
	for _, id := range ids {
		if id = strings.ToLower(id); !isUUID(id) {
			return fmt.Errorf("depends on %q, which is no uuid", id)
		}
		t.depends = append(t.depends, id)
	}
	return nil
}

func (t *task) readAnnotations(raw json.RawMessage) error {
	if scalar(raw) == "" {
		return nil
	}
	var items []map[string]json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return errors.New("annotations are no list of objects")
	}
	for _, item := range items {
		a := annotation{text: scalar(item["description"])}
		if a.text == "" {
			return errors.New("an annotation has no description")
		}
		if entry := scalar(item["entry"]); entry != "" {
			var err error
			if a.entry, err = t.parse(entry); err != nil {
				return fmt.Errorf("an annotation: %w", err)
			}
		}
		t.annotations = append(t.annotations, a)
	}
	return nil
}

func (t *task) date(name string, raw json.RawMessage) error {
	s := scalar(raw)
	if s == "" {
		return nil
	}
	d, err := t.parse(s)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if name == "modification" { // its name before version 2
		if _, ok := t.dates["modified"]; ok {
			return nil
		}
		name = "modified"
	}
	t.dates[name] = d
	return nil
}

// parse reads 20261122T170000Z, the same without Z for the local clock, ISO 8601 with dashes, and seconds since 1970.
func (t *task) parse(s string) (date.Date, error) {
	for _, layout := range []string{"20060102T150405Z", time.RFC3339, "2006-01-02T15:04:05Z"} {
		if at, err := time.Parse(layout, s); err == nil {
			return inRange(s, at)
		}
	}
	for _, layout := range []string{"20060102T150405", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, s, t.loc); err == nil {
			return inRange(s, at)
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && n < 253402300800 {
		return inRange(s, time.Unix(n, 0))
	}
	return date.Date{}, fmt.Errorf("%q is no date of Taskwarrior's", s)
}

func inRange(s string, t time.Time) (date.Date, error) {
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return date.Date{}, fmt.Errorf("%q is no date of Taskwarrior's", s)
	}
	return date.At(t.UTC()), nil
}
