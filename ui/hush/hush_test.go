package hush

import (
	"go/parser"
	"go/token"
	"testing"
)

// TestImportsLipglossAlone: one more import could be one that is initialised after Bubble Tea, and this package with it.
func TestImportsLipglossAlone(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "hush.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Imports) != 1 || f.Imports[0].Path.Value != `"github.com/charmbracelet/lipgloss"` {
		t.Errorf("hush imports %d packages", len(f.Imports))
	}
}
