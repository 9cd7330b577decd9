package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// undoScript is a command a line, of every verb that writes. NAME= keeps what it prints, $NAME is that, $WORKED the last interval; < is what
// standard input has.
const undoScript = `
PAPER=add write the paper +work due:2027-02-01 state:todo est:3h prio:H
PART=add find sources under:$PAPER depends:$PAPER
GARDEN=add - < garden\n\tpond +home\n\t\tpump\n\tfence due:fri\n
HABIT=add run rec:daily due:2027-01-04 state:todo
EVENT=add dentist when:2027-01-08T10:00..11:00
SAVED=add open ones query:is:open
INBOX=add a thought [[pond]] under:inbox
edit $PAPER write the second paper
edit 'text~/^pond$/' pool
edit $PART +late -work note:none
note $PAPER first line
note $PAPER second line
note $PART --replace -  < two\nlines\n
start $PAPER
stop
start $PART --note deep --at 8:00
done $PART
depend $PAPER on:$EVENT
link $SAVED $PAPER --label about
link $SAVED $PAPER --rm
done $HABIT --at 2027-01-06
skip $HABIT
pause $HABIT 2027-02-01..2027-02-10
resume $HABIT
edit $HABIT rec:weekly
done $HABIT
mv $EVENT before:$PAPER
mv text~/fence/ under:$PAPER
COPY=cp $GARDEN under:$PAPER
MIRROR=cp $SAVED under:$GARDEN --mirror
rm $MIRROR
rm $COPY
restore $COPY
edit $PAPER state:doing wait:+3d until:2028-01-01
restore $PAPER --version 1
log weight 72.4
log weight 72.1 --at yesterday
import $DIR/table.csv
import $DIR/tasks.json
track add $PAPER 'yesterday 9:00..11:00' writing
track edit $WORKED 'yesterday 9:30..12:00' reading
track split $WORKED 'yesterday 10:00'
track add $EVENT 'yesterday 9:15..10:30'
track fix
track edit $WORKED under:$PAPER
track rm $WORKED
TEMPLATE=template save $PAPER Trip
USED=template use Trip under:inbox
template save $GARDEN Trip --replace
NEW=add pack --template Trip
day
day 2027-01-04 it snowed +winter
review answer $NEW defer 2027-03-01
review answer $INBOX next call them
review answer $EVENT delegate anna
review answer $SAVED delete
edit is:open +seen --yes
done is:open --yes
edit state:done state:todo --yes
rm +seen --yes
`

const undoTable = "time,weight\n2026-11-01T07:00:00Z,72.4\n2026-11-03T07:00:00Z,72.0\n"

const undoTasks = `[{"uuid":"00000000-0000-4000-8000-000000000001","status":"pending","description":"one","depends":["00000000-0000-4000-8000-000000000002"]},
{"uuid":"00000000-0000-4000-8000-000000000002","status":"completed","description":"two","end":"20261103T100000Z","annotations":[{"entry":"20261105T120000Z","description":"late"}]}]`

// undoRun runs the commands, each a process, and returns what the store holds before the first and after each.
func undoRun(t *testing.T, h *home) (states []string) {
	t.Helper()
	now := time.Date(2027, 1, 6, 12, 0, 0, 0, time.UTC)
	env, vars := h.env, map[string]string{"DIR": h.dir}
	states = []string{undoState(t, h)}
	for line := range strings.Lines(strings.TrimSpace(undoScript)) {
		line, in, _ := strings.Cut(strings.TrimSpace(line), " < ")
		name, rest, named := strings.Cut(line, "=")
		if !named || strings.ToUpper(name) != name {
			name, rest = "", line
		}
		args := shellWords(os.Expand(rest, func(key string) string { return vars[key] }))
		now = now.Add(7 * time.Minute)
		h.env = append(env, "ARBOR_NOW="+now.Format(time.RFC3339))
		out := h.given(t, strings.ReplaceAll(strings.ReplaceAll(in, `\n`, "\n"), `\t`, "\t"), args...)
		if fields := strings.Fields(out); name != "" && len(fields) > 0 {
			vars[name] = fields[0]
		}
		if args[0] == "track" {
			_, worked, _ := strings.Cut(h.must(t, "track", "--since", "2020-01-01", "--json"), `"interval":"`)
			vars["WORKED"], _, _ = strings.Cut(worked, `"`)
		}
		state := undoState(t, h)
		if state == states[len(states)-1] {
			t.Errorf("arbor %q changes nothing", args)
		}
		states = append(states, state)
	}
	return states
}

// shellWords divides a line at its blanks; quotes keep them.
func shellWords(line string) (words []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

// undoState is all that the store holds, but for the first line, which has the time of the export.
func undoState(t *testing.T, h *home) string {
	t.Helper()
	_, state, _ := strings.Cut(h.must(t, "export", "json"), "\n")
	return state
}

// TestUndoEverything: of commands of every verb that writes, each a process of its own, undo goes back through each state to the first, and redo forward
// to the last. TestUndoAll does so for random commands.
func TestUndoEverything(t *testing.T) {
	h := newHome(t)
	for name, text := range map[string]string{"table.csv": undoTable, "tasks.json": undoTasks} {
		if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	states := undoRun(t, h)
	last := len(states) - 1
	if last < 55 {
		t.Fatalf("%d commands", last)
	}
	at := last
	travel := func(verb string, n, by int) {
		t.Helper()
		h.must(t, verb, fmt.Sprint(n))
		if at += n * by; undoState(t, h) != states[at] {
			t.Fatalf("%s %d does not lead to the state after command %d", verb, n, at)
		}
	}
	for at > 0 {
		travel("undo", min(at, 3), -1)
	}
	if _, _, code := h.arbor(t, "undo"); code != 1 {
		t.Errorf("exit code %d where nothing is left to undo", code)
	}
	h.must(t, "store", "verify")
	for at < last {
		travel("redo", min(last-at, 3), 1)
	}
	travel("undo", last, -1)
	travel("redo", last, 1)
	h.must(t, "store", "verify")
}
