package store

import "arbor/store/index"

// take returns what is to be written for key to have the value that x leads to, lent until the next, or false if it cannot be read. The parts
// of a value are saved before, all of them or none; those to which nothing leads are not.
func (s *salvaged) take(h *handles, c *collector, key []byte, x index.Value) (write, bool, error) {
	v, ok, err := s.value(h, index.Entry{Key: key, Value: x})
	if err == nil && ok && x.Parted {
		ok, err = s.saveParts(h, c, x)
	}
	return write{key: key, value: v, parted: x.Parted}, ok, err
}

// saveParts reads the parts that x leads to and, if they are all there, saves them.
func (s *salvaged) saveParts(h *handles, c *collector, x index.Value) (bool, error) {
	p, ok := parseParts(x.Inline)
	if !ok {
		return false, nil
	}
	size := 0
	for n := range p.count {
		b, ok, err := s.part(h, partKey(p.id, n))
		if err != nil || !ok {
			return false, err
		}
		size += len(b)
	}
	if size != int(p.size) || c.loader == nil {
		return size == int(p.size), nil
	}
	for n := range p.count {
		key := partKey(p.id, n)
		b, ok, err := s.part(h, key)
		if err == nil && ok {
			err = c.loader.put(write{key: key, value: b})
		}
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// part returns a part. It is never changed, so that an older place of it is as good.
func (s *salvaged) part(h *handles, key []byte) ([]byte, bool, error) {
	for _, tree := range []*index.Tree{s.tree, s.older} {
		if tree == nil {
			continue
		}
		x, had, err := tree.Get(key)
		if err != nil {
			return nil, false, err
		}
		if !had {
			continue
		}
		if v, ok, err := s.value(h, index.Entry{Key: key, Value: x}); err != nil || ok {
			return v, ok, err
		}
	}
	return nil, false, nil
}
