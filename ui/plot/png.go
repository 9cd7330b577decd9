package plot

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"

	"arbor/ui/grid"
	"arbor/ui/theme"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// imageScale is how many pixels a point of a PNG has, for screens with small ones.
const imageScale = 2

// PNG writes f, laid out on w×h cells, as an image like that of SVG. The same figure gives the same bytes. Letters that Go Mono does not have are
// drawn as boxes.
func PNG(to io.Writer, f Figure, w, h int, th *theme.Theme) error {
	s := f.scene(w, h, true)
	width, height := s.size()
	p := painter{th: th, img: image.NewRGBA(image.Rect(0, 0, int(width*imageScale), int(height*imageScale)))}
	for i, ttf := range [][]byte{gomono.TTF, gomonobold.TTF} {
		parsed, err := opentype.Parse(ttf)
		if err == nil {
			p.faces[i], err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: fontSize * imageScale, DPI: 72, Hinting: font.HintingNone})
		}
		if err != nil {
			return err
		}
	}
	draw.Draw(p.img, p.img.Bounds(), image.NewUniform(inkColour(th.Paper(), 1)), image.Point{}, draw.Src)
	for _, v := range s.vectors() {
		p.paint(v)
	}
	return png.Encode(to, p.img)
}

// painter paints vectors on an image.
type painter struct {
	th    *theme.Theme
	img   *image.RGBA
	faces [2]font.Face // plain and bold
}

// inkColour reads a colour as #rrggbb; black if it is none.
func inkColour(hex string, opacity float64) color.NRGBA {
	n, _ := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32) // 0 is black
	return color.NRGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), uint8(math.Round(opacity * 255))}
}

func (p *painter) paint(v piece) {
	k := p.th.Ink(v.style)
	opacity := v.opacity
	if k.Faint {
		opacity *= 0.6
	}
	ink := image.NewUniform(inkColour(k.Fg, opacity))
	if v.words != "" {
		p.write(v, ink, k.Bold)
		return
	}
	b := p.bounds(v)
	if b.Empty() {
		return
	}
	r := vector.NewRasterizer(b.Dx(), b.Dy())
	polygon := func(points []spot) { outline(r, points, b.Min) }
	for _, points := range v.paths {
		switch {
		case v.width == 0:
			polygon(points)
		case v.dashed:
			dashes(points, 5, 4, func(from, to spot) { polygon(thick(from, to, v.width)) })
		default:
			for i, at := range points {
				if i > 0 {
					polygon(thick(points[i-1], at, v.width))
				}
				polygon(circle(at, v.width/2))
			}
		}
	}
	r.Draw(p.img, b, ink, image.Point{})
}

// bounds returns the pixels that a vector may touch.
func (p *painter) bounds(v piece) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, points := range v.paths {
		for _, at := range points {
			x0, y0, x1, y1 = min(x0, at.x), min(y0, at.y), max(x1, at.x), max(y1, at.y)
		}
	}
	edge := v.width + 1
	b := image.Rect(int((x0-edge)*imageScale), int((y0-edge)*imageScale), int((x1+edge)*imageScale)+1, int((y1+edge)*imageScale)+1)
	return b.Intersect(p.img.Bounds())
}

// outline adds a polygon to what r fills, such that its area counts as positive: then what overlaps does not cancel out.
func outline(r *vector.Rasterizer, points []spot, min image.Point) {
	area := 0.0
	for i, a := range points {
		b := points[(i+1)%len(points)]
		area += a.x*b.y - b.x*a.y
	}
	at := func(i int) (float32, float32) {
		if area < 0 {
			i = len(points) - 1 - i
		}
		return float32(points[i].x*imageScale - float64(min.X)), float32(points[i].y*imageScale - float64(min.Y))
	}
	r.MoveTo(at(0))
	for i := 1; i < len(points); i++ {
		r.LineTo(at(i))
	}
	r.ClosePath()
}

// thick returns the outline of a line of some width.
func thick(a, b spot, width float64) []spot {
	dx, dy := b.x-a.x, b.y-a.y
	length := math.Hypot(dx, dy)
	if length == 0 {
		return circle(a, width/2)
	}
	x, y := -dy/length*width/2, dx/length*width/2
	return []spot{{a.x + x, a.y + y}, {b.x + x, b.y + y}, {b.x - x, b.y - y}, {a.x - x, a.y - y}}
}

// dashes calls f for every dash of a line.
func dashes(points []spot, on, off float64, f func(from, to spot)) {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		along := func(d float64) spot {
			part := min(d/length, 1)
			return spot{a.x + (b.x-a.x)*part, a.y + (b.y-a.y)*part}
		}
		for d := 0.0; d < length; d += on + off {
			f(along(d), along(d+on))
		}
	}
}

// write writes words cell by cell, so that columns stay columns.
func (p *painter) write(v piece, ink image.Image, bold bool) {
	face := p.faces[0]
	if bold {
		face = p.faces[1]
	}
	x, y := v.paths[0][0].x, v.paths[0][0].y
	grid.Clusters(v.words, func(cluster string, w, _ int) bool {
		d := font.Drawer{Dst: p.img, Src: ink, Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(x * imageScale * 64), Y: fixed.Int26_6(y * imageScale * 64)}}
		d.DrawString(cluster)
		x += float64(w) * cellW
		return true
	})
}
