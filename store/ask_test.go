package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestAsk: the owner answers a question on the very state that the client asks about, whatever was written since, and can compare it with
// states of its own.
func TestAsk(t *testing.T) {
	owner, client, ks := pair(t)
	put(t, owner, ks, "k", "1")
	before, err := owner.Snapshot()
	must(t, err)
	defer before.Release()
	owner.Answer(func(s *Snapshot, question []byte) ([]byte, bool, error) {
		v, err := s.Get(ks, question)
		if errors.Is(err, ErrNotFound) {
			return nil, false, err
		}
		changed := 0
		for _, e := range s.Changed(before, ks, Range{}) {
			err = errors.Join(err, e)
			changed++
		}
		return fmt.Appendf(nil, "%s, %d changed", v, changed), err == nil, err
	})
	put(t, client, ks, "k", "2")
	s, err := client.Snapshot()
	must(t, err)
	put(t, owner, ks, "k", "3")
	if answer, ok, err := s.Ask([]byte("k")); err != nil || !ok || string(answer) != "2, 1 changed" {
		t.Errorf("answer %q, %v, %v", answer, ok, err)
	}
	if answer, ok, err := s.Ask([]byte("none")); err != nil || ok || len(answer) > 0 {
		t.Errorf("who fails to answer says %q, %v, %v", answer, ok, err)
	}
	must(t, owner.View(func(s *Snapshot) error {
		if _, ok, err := s.Ask([]byte("k")); ok || err != nil {
			t.Errorf("the owner asks itself: %v, %v", ok, err)
		}
		return nil
	}))
	s.Release()
	if _, ok, err := s.Ask([]byte("k")); ok || err == nil {
		t.Errorf("a question about a state that was given up: %v, %v", ok, err)
	}
}

// TestAskNobody: who does not answer, panics, or says too much, has not answered, and the client goes on.
func TestAskNobody(t *testing.T) {
	owner, client, ks := pair(t)
	put(t, owner, ks, "k", "v")
	for name, fn := range map[string]AnswerFunc{
		"nobody":   nil,
		"panics":   func(*Snapshot, []byte) ([]byte, bool, error) { panic("no answer") },
		"too long": func(*Snapshot, []byte) ([]byte, bool, error) { return make([]byte, maxAnswer+1), true, nil },
	} {
		if owner.Answer(fn); name == "nobody" {
			owner.be.(*member).answers.Store(nil)
		}
		must(t, client.View(func(s *Snapshot) error {
			if _, ok, err := s.Ask(nil); ok || err != nil {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
			v, err := s.Get(ks, []byte("k"))
			if string(v) != "v" {
				t.Errorf("%s: then it reads %q", name, v)
			}
			return err
		}))
	}
	if err := owner.Close(); err == nil || !strings.Contains(err.Error(), "no answer (ask_test.go:") {
		t.Errorf("close of the owner: %v, want the panic told", err)
	}
}
