package cli

import (
	"encoding/json"
	"io"
	"time"

	"arbor/model"
)

// jsonVersion is in every line of --json output as "v". It grows when a field changes its meaning or goes away; new fields may come
// without. JSON.md describes the lines.
const jsonVersion = 1

// nodeJSON is a node as --json prints it.
type nodeJSON struct {
	V        int               `json:"v"`
	ID       string            `json:"id"`
	Parent   string            `json:"parent"`
	Text     string            `json:"text"`
	State    string            `json:"state"`
	Name     string            `json:"state_name,omitempty"`
	Tags     []string          `json:"tags"`
	Fields   map[string]string `json:"fields"`
	Due      string            `json:"due,omitempty"`
	Sched    string            `json:"sched,omitempty"`
	Wait     string            `json:"wait,omitempty"`
	Until    string            `json:"until,omitempty"`
	Series   bool              `json:"series,omitempty"`
	Mirror   string            `json:"mirror,omitempty"`
	Gone     bool              `json:"gone,omitempty"`
	Arrows   []arrowJSON       `json:"arrows,omitempty"`
	Created  string            `json:"created,omitempty"`
	Modified string            `json:"modified,omitempty"`
	Finished string            `json:"finished,omitempty"`
	Note     string            `json:"note,omitempty"` // show alone reads it
	Next     []string          `json:"next,omitempty"` // show alone computes it, and what follows
	Blocked  []string          `json:"blocked_by,omitempty"`
	Blocks   []string          `json:"blocks,omitempty"`
	Links    []string          `json:"links,omitempty"`
	Linked   []string          `json:"backlinks,omitempty"`
	Results  []string          `json:"results,omitempty"`

	Pomodoros int `json:"pomodoros,omitempty"` // worked to their end
}

type arrowJSON struct {
	To    string `json:"to"`
	Label string `json:"label,omitempty"`
}

func newNodeJSON(n *model.Node) nodeJSON {
	j := nodeJSON{V: jsonVersion, ID: n.ID.String(), Parent: n.Parent.String(), Text: n.Text, State: n.State.String(),
		Tags: n.AllTags(), Fields: map[string]string{}, Due: n.Due.String(), Sched: n.Sched.String(), Wait: n.Wait.String(), Until: n.Until.String(),
		Series: n.Series, Created: instant(n.Created), Modified: instant(n.Modified), Finished: instant(n.Finished)}
	if j.Tags == nil {
		j.Tags = []string{}
	}
	for _, f := range n.Fields {
		j.Fields[f.Key] = f.Value
	}
	if name := n.StateName(); name != j.State {
		j.Name = name
		delete(j.Fields, "state")
	}
	if of, ok := n.Mirrors(); ok {
		j.Mirror, j.Gone = of.String(), n.Reflects() == model.Nothing
		delete(j.Fields, "mirror")
	}
	for _, a := range n.Arrows {
		j.Arrows = append(j.Arrows, arrowJSON{To: a.To.String(), Label: a.Label})
	}
	return j
}

// idTexts writes ids.
func idTexts(ids []model.ID) (out []string) {
	for _, id := range ids {
		out = append(out, id.String())
	}
	return out
}

// instant writes t in UTC, "" if it is not known.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// newEncoder writes one object a line, with the text as it is.
func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}
