package query

// Retag returns q with one tag in the place of another, wherever it asks for it, and whether it does.
func (q *Query) Retag(old, new string) (*Query, bool) {
	x, changed := retag(q.Expr, old, new)
	return &Query{Expr: x, Now: q.Now, List: q.List}, changed
}

func retag(x Expr, old, new string) (Expr, bool) {
	switch x := x.(type) {
	case Tag:
		if string(x) == old {
			return Tag(new), true
		}
	case Tagged:
		if string(x) == old {
			return Tagged(new), true
		}
	case Not:
		inner, changed := retag(x.X, old, new)
		return Not{inner}, changed
	case Inside:
		inner, changed := retag(x.X, old, new)
		return Inside{inner}, changed
	case And:
		parts, changed := retagAll(x, old, new)
		return And(parts), changed
	case Or:
		parts, changed := retagAll(x, old, new)
		return Or(parts), changed
	}
	return x, false
}

func retagAll(parts []Expr, old, new string) ([]Expr, bool) {
	out, any := make([]Expr, len(parts)), false
	for i, part := range parts {
		var changed bool
		out[i], changed = retag(part, old, new)
		any = any || changed
	}
	return out, any
}
