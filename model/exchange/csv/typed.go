package csv

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"arbor/model"
)

// texts are the texts that were read, by the name of their series in lower case.
type texts struct {
	mu   sync.Mutex
	seen map[string]map[string]bool
}

// of returns those of a series.
func (t *texts) of(name string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.seen[strings.ToLower(name)]))
}

// typed reads a cell as what its series holds, if that is no plain number. The series of a column, or a line, is of its name, of that of the import, or of both.
func (t *Table) typed(name, cell string) (v float64, known, ok bool) {
	for _, full := range []string{strings.TrimSpace(t.opt.Series + " " + name), t.opt.Series} {
		full = strings.ToLower(strings.TrimSpace(model.OneLine(full)))
		k, known := t.opt.Kinds[full]
		if !known {
			continue
		}
		v, err := k.Parse(cell)
		if err == nil && k == model.Words {
			t.texts.add(full, strings.TrimSpace(model.OneLine(cell)))
		}
		return v, true, err == nil
	}
	return 0, false, false
}

func (t *texts) add(name, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[string]map[string]bool{}
	}
	if t.seen[name] == nil {
		t.seen[name] = map[string]bool{}
	}
	t.seen[name][text] = true
}
