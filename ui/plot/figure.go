package plot

import (
	"arbor/ui/grid"
)

// Figure is anything that is plotted: a Chart along time, or one of plain numbers.
type Figure interface {
	// scene lays the figure out on w×h cells; for an image, whose dots are finer, if image is true.
	scene(w, h int, image bool) *scene
	// Describe says in words what is shown, for those who cannot see it.
	Describe() string
}

// Draw draws f on all of s.
func Draw(f Figure, s grid.Surface) {
	w, h := s.Size()
	f.scene(w, h, false).draw(s)
}

// Dots of a cell in an image.
const (
	imageX = 8
	imageY = 18
)

func dotsOf(m Marks, image bool) (x, y int) {
	if image {
		return imageX, imageY
	}
	return m.dots()
}
