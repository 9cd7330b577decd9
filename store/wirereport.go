package store

import (
	"errors"
	"fmt"
)

// wireReport is a VerifyReport whose damage can be encoded.
type wireReport struct {
	VerifyReport
	Damage []wireDamage
}

type wireDamage struct {
	Damage
	Err  *CorruptError // without its cause, of which the text is
	Text string
}

// maxTold bounds the damaged places that a client is told of, so that a message holds them whatever the keys are.
const maxTold = 2000

func toWire(v VerifyReport) wireReport {
	w := wireReport{VerifyReport: v}
	w.VerifyReport.Damage = nil
	for _, d := range firstOf(v.Damage) {
		x := wireDamage{Damage: d, Err: &CorruptError{File: d.Err.File, Offset: d.Err.Offset, Want: d.Err.Want, Got: d.Err.Got}}
		if x.Damage.Err = nil; d.Err.Err != nil {
			x.Text = d.Err.Err.Error()
		}
		w.Damage = append(w.Damage, x)
	}
	return w
}

// firstOf returns the first of all, and one that stands for the rest, if there is one.
func firstOf(all []Damage) []Damage {
	if len(all) <= maxTold {
		return all
	}
	rest := all[maxTold:]
	last := Damage{Err: &CorruptError{File: rest[0].Err.File, Offset: rest[0].Err.Offset, Err: fmt.Errorf("this place and %d more, which only the owner of the store lists", len(rest)-1)}}
	for _, d := range rest {
		last.Harm = max(last.Harm, d.Harm)
	}
	return append(all[:maxTold:maxTold], last)
}

func fromWire(w wireReport) VerifyReport {
	v := w.VerifyReport
	for _, x := range w.Damage {
		d := x.Damage
		if d.Err = x.Err; x.Text != "" {
			d.Err.Err = errors.New(x.Text)
		}
		v.Damage = append(v.Damage, d)
	}
	return v
}
