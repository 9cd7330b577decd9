package tui

import (
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// The least window in which there is a picture at all.
const (
	minW = 20
	minH = 5
)

// layout is where the parts of the window are. A row of -1 is not shown.
type layout struct {
	header, body, bodyH, status, footer int
}

// divide cuts a window of h rows into its parts, fewer where there is little room: the body comes first, then the status, the header, the footer.
func divide(h int) layout {
	l := layout{header: -1, footer: -1, status: h - 1, bodyH: h - 1}
	if h >= 6 {
		l.header, l.body = 0, 1
		l.bodyH--
	}
	if h >= 10 {
		l.footer, l.status = h-1, h-2
		l.bodyH--
	}
	if h >= 18 { // air below the header
		l.body++
		l.bodyH--
	}
	return l
}

func (m Model) resize(w, h int) (Model, tea.Cmd) {
	m.w, m.h = w, h
	return m.tellAll(screen.Resize{W: max(w, 0), H: max(divide(h).bodyH, 0)})
}
