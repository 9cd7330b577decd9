package model

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SetText gives a node its text, as the splices that lead there from the old one.
func (e *Edit) SetText(id ID, text string) error {
	n, err := e.need(id)
	if err != nil {
		return err
	}
	if text = OneLine(text); len(text) > MaxText {
		return fmt.Errorf("text of %d bytes, at most %d: %w", len(text), MaxText, ErrTooLarge)
	}
	for _, s := range diff(n.Text, text) {
		if err := e.do(op{kind: opSplice, node: id, splice: s}); err != nil {
			return err
		}
	}
	return nil
}

// Splice replaces del characters from pos on by ins.
func (e *Edit) Splice(id ID, pos, del int, ins string) error {
	n, err := e.need(id)
	if err != nil {
		return err
	}
	runes := utf8.RuneCountInString(n.Text)
	pos = min(max(pos, 0), runes)
	del = min(max(del, 0), runes-pos)
	ins = OneLine(ins)
	if del == 0 && ins == "" {
		return nil
	}
	if size := len(n.Text) + len(ins); size > MaxText {
		return fmt.Errorf("text of %d bytes, at most %d: %w", size, MaxText, ErrTooLarge)
	}
	return e.do(op{kind: opSplice, node: id, splice: splice{pos, del, ins}})
}

// SetNote gives a node its note; "" takes it away.
func (e *Edit) SetNote(id ID, note string) error {
	old, err := e.Note(id)
	if err != nil {
		return err
	}
	if note = strings.ToValidUTF8(note, "\uFFFD"); len(note) > MaxNote {
		return fmt.Errorf("note of %d bytes, at most %d: %w", len(note), MaxNote, ErrTooLarge)
	}
	for _, s := range diff(old, note) {
		if err := e.do(op{kind: opNote, node: id, splice: s}); err != nil {
			return err
		}
	}
	return nil
}

// setRegister writes a register that does not hold value already.
func (e *Edit) setRegister(id ID, r register, value []byte) error {
	n, err := e.need(id)
	if err != nil || string(n.get(r)) == string(value) {
		return err
	}
	if !validRegister(r, value) {
		return fmt.Errorf("register %d of %s: %w", r, id, errFormat)
	}
	return e.do(op{kind: opRegister, node: id, reg: r, value: value})
}

// SetState sets how far a task is, and with it when it was finished. A name that a person had for the state before goes.
func (e *Edit) SetState(id ID, s State) error {
	n, err := e.need(id)
	if err != nil {
		return err
	}
	if s >= states {
		return fmt.Errorf("%v: %w", s, ErrName)
	}
	if err := e.ClearField(id, fieldState); err != nil || n.State == s {
		return err
	}
	was := n.State.Closed()
	var value []byte
	if s != None {
		value = []byte{byte(s)}
	}
	if err := e.setRegister(id, regState, value); err != nil || was == s.Closed() {
		return err
	}
	if !s.Closed() {
		return e.setRegister(id, regFinished, nil)
	}
	return e.SetFinished(id, e.batch.stamp.Time())
}

// SetStateName gives a node a state by a person's own name for it: s is which of ours that is a kind of.
func (e *Edit) SetStateName(id ID, s State, name string) error {
	if err := e.SetState(id, s); err != nil {
		return err
	}
	return e.SetField(id, fieldState, name)
}

func (e *Edit) setTime(id ID, r register, at time.Time) error {
	if at.IsZero() {
		return e.setRegister(id, r, nil)
	}
	return e.setRegister(id, r, appendVarint(nil, at.UnixMilli()))
}

// SetCreated says when a node came into being, for what comes from elsewhere.
func (e *Edit) SetCreated(id ID, at time.Time) error { return e.setTime(id, regCreated, at) }

// SetModified says when a node was last changed, for what comes from elsewhere. Call it after the changes.
func (e *Edit) SetModified(id ID, at time.Time) error { return e.setTime(id, regModified, at) }

// SetFinished says when a node was done, for what comes from elsewhere. Call it after SetState.
func (e *Edit) SetFinished(id ID, at time.Time) error { return e.setTime(id, regFinished, at) }

func (e *Edit) setDate(id ID, r register, d Date) error {
	if d.IsZero() {
		return e.setRegister(id, r, nil)
	}
	return e.setRegister(id, r, appendDate(nil, d))
}

// SetDue sets when a node must be done; the zero Date clears it.
func (e *Edit) SetDue(id ID, d Date) error { return e.setDate(id, regDue, d) }

// SetSched sets when a node is to be worked on.
func (e *Edit) SetSched(id ID, d Date) error { return e.setDate(id, regSched, d) }

// SetWait sets until when a node is hidden.
func (e *Edit) SetWait(id ID, d Date) error { return e.setDate(id, regWait, d) }

// SetUntil sets when a node ceases to matter.
func (e *Edit) SetUntil(id ID, d Date) error { return e.setDate(id, regUntil, d) }

// SetPos gives a node its place on a canvas.
func (e *Edit) SetPos(id ID, x, y int) error {
	return e.setRegister(id, regPosition, appendVarint(appendVarint(nil, int64(x)), int64(y)))
}

// ClearPos leaves the place of a node on a canvas to the layout.
func (e *Edit) ClearPos(id ID) error { return e.setRegister(id, regPosition, nil) }

// SetFlag turns a switch of a node on or off.
func (e *Edit) SetFlag(id ID, f Flag, on bool) error {
	if f&^(Collapsed|HideDone|AutoArrange) != 0 {
		return fmt.Errorf("flag %d: %w", f, ErrName)
	}
	return e.setFlag(id, f, on)
}

func (e *Edit) setFlag(id ID, f Flag, on bool) error {
	var value []byte
	if on {
		value = []byte{1}
	}
	for r := regCollapsed; r <= regSeries; r++ {
		if f&r.flag() != 0 {
			if err := e.setRegister(id, r, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkName refuses what cannot be a tag or the key of a field.
func checkName(what, name string) error {
	bad := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError }
	if name == "" || len(name) > MaxName || strings.IndexFunc(name, bad) >= 0 {
		return fmt.Errorf("%s %.40q: want 1 to %d bytes without blanks: %w", what, name, MaxName, ErrName)
	}
	return nil
}

// AddTag gives a node an explicit tag.
func (e *Edit) AddTag(id ID, tag string) error { return e.setTag(id, tag, true) }

// RemoveTag takes an explicit tag away. A #tag in the text stays.
func (e *Edit) RemoveTag(id ID, tag string) error { return e.setTag(id, tag, false) }

func (e *Edit) setTag(id ID, tag string, present bool) error {
	n, err := e.need(id)
	if err == nil && present {
		err = checkName("tag", tag)
	}
	if err != nil || hasString(n.Tags, tag) == present {
		return err
	}
	return e.do(op{kind: opTag, node: id, key: tag, present: present})
}

func hasString(sorted []string, s string) bool {
	for _, x := range sorted {
		if x == s {
			return true
		}
	}
	return false
}

// SetField gives a node an explicit field.
func (e *Edit) SetField(id ID, key, value string) error {
	n, err := e.need(id)
	if err == nil {
		err = checkName("field", key)
	}
	if err != nil {
		return err
	}
	if value = strings.ToValidUTF8(value, "\uFFFD"); len(value) > MaxText {
		return fmt.Errorf("field %s of %d bytes, at most %d: %w", key, len(value), MaxText, ErrTooLarge)
	}
	if i, found := findField(n.Fields, key); found && n.Fields[i].Value == value {
		return nil
	}
	return e.do(op{kind: opField, node: id, key: key, text: value, present: true})
}

// ClearField takes an explicit field away.
func (e *Edit) ClearField(id ID, key string) error {
	n, err := e.need(id)
	if err != nil {
		return err
	}
	if _, found := findField(n.Fields, key); !found {
		return nil
	}
	return e.do(op{kind: opField, node: id, key: key})
}

// AddArrow draws an arrow, or gives the one that is there another label. A node may point to itself.
func (e *Edit) AddArrow(from, to ID, label string) error {
	n, err := e.need(from)
	if err != nil {
		return err
	}
	if _, err := e.need(to); err != nil {
		return err
	}
	if label = OneLine(label); len(label) > MaxName {
		return fmt.Errorf("label of %d bytes, at most %d: %w", len(label), MaxName, ErrTooLarge)
	}
	if a, found := arrowTo(n, to); found && a.Label == label {
		return nil
	}
	return e.do(op{kind: opArrow, node: from, to: to, key: label, present: true})
}

// RemoveArrow erases an arrow.
func (e *Edit) RemoveArrow(from, to ID) error {
	n, err := e.need(from)
	if err != nil {
		return err
	}
	if _, found := arrowTo(n, to); !found {
		return nil
	}
	return e.do(op{kind: opArrow, node: from, to: to})
}

func arrowTo(n *Node, to ID) (Arrow, bool) {
	for _, a := range n.Arrows {
		if a.To == to {
			return a, true
		}
	}
	return Arrow{}, false
}

// Inbox returns the node for what is caught in passing, making it at the top of the tree or taking it out of the trash if need be.
func (e *Edit) Inbox() (ID, error) {
	n, err := e.node(Inbox)
	if err != nil {
		return Inbox, err
	}
	if n == nil {
		return Inbox, e.CreateID(Inbox, Root, First, "Inbox")
	}
	switch top, err := e.Top(Inbox); {
	case err != nil || top == Root:
		return Inbox, err
	case top == Detached:
		err := e.CreateID(Inbox, Root, First, "Inbox")
		if errors.Is(err, ErrExists) {
			err = e.Move(Inbox, Root, First)
		}
		return Inbox, err
	}
	return Inbox, e.Move(Inbox, Root, First)
}
