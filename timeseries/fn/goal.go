package fn

import (
	"fmt"
	"math"
	"time"
)

// Road is a line from point to point on which a value is to go, as Beeminder's yellow brick road: before the first point and after the last it
// keeps the value of that point.
type Road struct {
	Points []Sample // by time
	Up     bool     // above the line is good; else below
}

// Validate returns ErrArgument unless there are points, each later than the one before.
func (r Road) Validate() error {
	if len(r.Points) == 0 {
		return fmt.Errorf("a road without points: %w", ErrArgument)
	}
	for i, p := range r.Points {
		if p.V != p.V || math.IsInf(p.V, 0) || i > 0 && p.T <= r.Points[i-1].T {
			return fmt.Errorf("point %d of a road: %w", i+1, ErrArgument)
		}
	}
	return nil
}

// At returns where the line is.
func (r Road) At(t int64) float64 {
	p := r.Points
	if t <= p[0].T {
		return p[0].V
	}
	for i := 1; i < len(p); i++ {
		if t <= p[i].T {
			a, b := p[i-1], p[i]
			return a.V + (b.V-a.V)*(float64(t-a.T)/float64(b.T-a.T))
		}
	}
	return p[len(p)-1].V
}

// Standing is where the last value of a series stands beside a road.
type Standing struct {
	Line   float64       // where the road is now
	Buffer float64       // by how much the value is on the good side; less than 0 on the other
	Safe   time.Duration // for how long it stays there if nothing is added; 0 if it is not
	Never  bool          // the road does not come to where it is
}

// Stand says where a value stands at a time.
func (r Road) Stand(value float64, now int64) Standing {
	good := func(line float64) float64 {
		if r.Up {
			return value - line
		}
		return line - value
	}
	s := Standing{Line: r.At(now)}
	if s.Buffer = good(s.Line); s.Buffer < 0 {
		return s
	}
	at := Sample{T: now, V: s.Line}
	for _, p := range r.Points {
		if p.T <= now {
			continue
		}
		if after := good(p.V); after < 0 { // it is crossed between the two
			before := good(at.V)
			s.Safe = time.Duration(at.T - now + int64(float64(p.T-at.T)*(before/(before-after))))
			return s
		}
		at = p
	}
	s.Never = true
	return s
}
