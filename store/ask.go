package store

import "arbor/store/remote"

// AnswerFunc answers a question of another process about a state of the store: ok is false if it would rather not. The state is lent until
// it returns, and so is the question. It must not wait for a call of the DB, which may end, or be suspended, only after all answers.
type AnswerFunc func(state *Snapshot, question []byte) (answer []byte, ok bool, err error)

// maxAnswer is the longest answer that is sent.
const maxAnswer = remote.MaxFrame / 2

// Answer has fn answer what other processes ask by Snapshot.Ask, for as long as this process owns the store; nil: nobody does. What the
// questions mean is the caller's affair.
func (db *DB) Answer(fn AnswerFunc) {
	if m, ok := db.be.(*member); ok {
		m.answers.Store(&fn)
	}
}

// Ask asks the process that owns the store, which may have at hand what it would take long to work out of the records. ok is false if that is
// this process, if it does not answer questions, or failed to: the caller then works it out itself. It costs one exchange.
func (s *Snapshot) Ask(question []byte) (answer []byte, ok bool, err error) {
	if err := s.begin(); err != nil {
		return nil, false, err
	}
	defer s.leave()
	f := s.f
	if h, isHeld := f.(*held); isHeld {
		f = h.frozen
	}
	p, ok := f.(*pinned)
	if !ok {
		return nil, false, nil
	}
	err = p.ask(&remote.Request{Kind: remote.Ask, Snapshot: p.id, From: question}, func(r *remote.Reply) error {
		p.used.Store(true)
		answer, ok = append(answer, r.Value...), r.Found
		return nil
	})
	return answer, ok, err
}

// answer gives a question to whoever answers them here. The state is of the engine of role r.
func (m *member) answer(r *role, f frozen, question []byte) ([]byte, bool, error) {
	fn := m.answers.Load()
	if fn == nil || *fn == nil {
		return nil, false, nil
	}
	return (*fn)(&Snapshot{f: &held{frozen: f, role: r}}, question)
}

// consult answers a question. Who fails to answer, or panics, has not answered: the client can do without.
func (s *server) consult(ss *session, q *remote.Request, r *remote.Reply) error {
	if s.answers == nil {
		return nil
	}
	f, done, err := ss.use(q.Snapshot)
	if err != nil {
		return err
	}
	defer done()
	defer func() {
		if p := recover(); p != nil {
			_ = s.mistake(p) // of which the owner hears
		}
	}()
	if answer, ok, err := s.answers(f, q.From); ok && err == nil && len(answer) <= maxAnswer {
		r.Value, r.Found = answer, true
	}
	return nil
}
