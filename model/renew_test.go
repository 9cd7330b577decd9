package model

import (
	"errors"
	"slices"
	"testing"

	"arbor/store"
)

// setFold has the state of a tree say that another fold made it.
func setFold(t *testing.T, db *store.DB, tree *Tree, mark ...byte) {
	t.Helper()
	if err := db.Update(func(tx *store.Tx) error { return tx.Put(tree.ks.meta, foldKey, mark) }); err != nil {
		t.Fatal(err)
	}
}

// TestRenew: state of an older fold, which knew no links, is brought up when the tree is opened, and says what the log says; that of a fold to come is
// refused.
func TestRenew(t *testing.T) {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tree := openOn(t, db, "")
	ids := plant(t, tree, "Home\nsee [[home]]\nother\n")
	do(t, tree, func(e *Edit) error { return e.SetNote(ids["other"], "in [[Home]]") })
	var b store.Batch
	view(t, tree, func(v *View) error {
		for e, err := range v.r.Scan(tree.ks.terms, store.Prefix([]byte{termLink})) {
			if err == nil {
				err = b.Delete(tree.ks.terms, e.Key)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if _, err := db.Apply(&b, store.None); err != nil {
		t.Fatal(err)
	}
	setFold(t, db, tree, 1)
	tree = openOn(t, db, "")
	view(t, tree, func(v *View) error {
		back, err := v.Backlinks(ids["Home"])
		if !slices.Equal(back, []ID{ids["see [[home]]"], ids["other"]}) {
			t.Errorf("linked from %v", back)
		}
		return err
	})
	mustVerify(t, tree)
	do(t, openOn(t, db, ""), func(e *Edit) error { return e.SetText(ids["other"], "goes on") })
	mustVerify(t, tree)
	setFold(t, db, tree, foldVersion+1)
	if _, err := Open(db, Options{Machine: "m"}); !errors.Is(err, ErrVersion) {
		t.Errorf("state of a fold to come: %v", err)
	}
}
