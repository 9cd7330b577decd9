package inline

import (
	"slices"
	"testing"
)

func TestStamp(t *testing.T) {
	env := Env{Now: now}
	for _, c := range []struct{ line, stamp, want string }{
		{"milk", "+home", "milk +home"},
		{"milk +home", "+home", "milk +home"},
		{"milk +shop prio:H", "+home prio:2 state:todo", "milk +home +shop prio:6 state:todo"},
		{"milk due:fri", "due:mon under:abcd", "milk due:fri under:abcd"},
		{"milk under:efgh state:doing", "under:abcd state:todo", "milk under:efgh state:doing"},
		{"milk", "", "milk"},
	} {
		l, stamp, want := parsed(t, c.line, env), parsed(t, c.stamp, env), parsed(t, c.want, env)
		l.Stamp(stamp)
		if l.Text != want.Text || !slices.Equal(l.Tags, want.Tags) || !slices.Equal(l.Fields, want.Fields) || l.State != want.State || l.Under != want.Under {
			t.Errorf("%q with %q is %+v", c.line, c.stamp, l)
		}
		if want.Due != nil && (l.Due == nil || !l.Due.Equal(*want.Due)) {
			t.Errorf("%q with %q is due %v", c.line, c.stamp, l.Due)
		}
	}
}

func parsed(t *testing.T, s string, env Env) Line {
	t.Helper()
	l, err := Parse(s, env)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
