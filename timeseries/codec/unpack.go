package codec

import "encoding/binary"

// unpack fills out with the packed numbers of p plus base. len(p) is what pack wrote for len(out) numbers.
func unpack(p []byte, out []int64, width int, base int64) {
	if width == 0 {
		for i := range out {
			out[i] = base
		}
		return
	}
	if width > 56 {
		unpackWide(p, out, width, base)
		return
	}
	if p, out = unpackEights(p, out, uint(width), base); len(out) == 0 {
		return
	}
	var b [128]byte // the rest of p with enough behind it
	copy(b[:], p)
	if p, out = unpackEights(b[:], out, uint(width), base); len(out) == 0 {
		return
	}
	var last [8]int64
	unpackEights(p, last[:], uint(width), base)
	copy(out, last[:])
}

func unpackEights(p []byte, out []int64, w uint, base int64) ([]byte, []int64) {
	switch {
	case w <= 8:
		return unpack8(p, out, w, base)
	case w <= 16:
		return unpack4(p, out, w, base)
	case w <= 28:
		return unpack2(p, out, w, base)
	}
	return unpack1(p, out, w, base)
}

func unpackWide(p []byte, out []int64, width int, base int64) {
	mask := ^uint64(0) >> (64 - width)
	for i := range out {
		var w [16]byte
		bit := i * width
		copy(w[:], p[bit>>3:])
		lo, hi := binary.LittleEndian.Uint64(w[:]), binary.LittleEndian.Uint64(w[8:])
		s := bit & 7
		out[i] = base + int64((lo>>s|hi<<(64-s))&mask)
	}
}

// Eight numbers take as many bytes as one takes bits, so that each eight of them begin at a byte. The loops below read eight at a time, as long as there
// are eight bytes behind them: all at once if they take a word at most, else four, two or one from where they begin, which is at most seven bits into
// a byte. They return what is left.

func unpack8(p []byte, out []int64, w uint, base int64) ([]byte, []int64) {
	mask := int64(1)<<(w&15) - 1
	w2, w3, w4, w5, w6, w7 := 2*w&63, 3*w&63, 4*w&63, 5*w&63, 6*w&63, 7*w&63
	w &= 63
	for len(out) >= 8 && len(p) >= 8 {
		x, o := binary.LittleEndian.Uint64(p), (*[8]int64)(out)
		o[0] = base + int64(x)&mask
		o[1] = base + int64(x>>w)&mask
		o[2] = base + int64(x>>w2)&mask
		o[3] = base + int64(x>>w3)&mask
		o[4] = base + int64(x>>w4)&mask
		o[5] = base + int64(x>>w5)&mask
		o[6] = base + int64(x>>w6)&mask
		o[7] = base + int64(x>>w7)&mask
		p, out = p[w:], out[8:]
	}
	return p, out
}

func unpack4(p []byte, out []int64, w uint, base int64) ([]byte, []int64) {
	mask := int64(1)<<(w&31) - 1
	at, shift := w>>1, 4*w&7
	w2, w3 := 2*w&63, 3*w&63
	for len(out) >= 8 && uint(len(p)) >= at+8 && uint(len(p)) >= w {
		o := (*[8]int64)(out)
		x, y := binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[at:])>>shift
		o[0] = base + int64(x)&mask
		o[1] = base + int64(x>>(w&63))&mask
		o[2] = base + int64(x>>w2)&mask
		o[3] = base + int64(x>>w3)&mask
		o[4] = base + int64(y)&mask
		o[5] = base + int64(y>>(w&63))&mask
		o[6] = base + int64(y>>w2)&mask
		o[7] = base + int64(y>>w3)&mask
		p, out = p[w:], out[8:]
	}
	return p, out
}

func unpack2(p []byte, out []int64, w uint, base int64) ([]byte, []int64) {
	mask := int64(1)<<(w&31) - 1
	at2, at4, at6 := 2*w>>3, 4*w>>3, 6*w>>3
	s2, s4, s6 := 2*w&7, 4*w&7, 6*w&7
	for len(out) >= 8 && uint(len(p)) >= at6+8 {
		o, q := (*[8]int64)(out), p[:at6+8]
		x := binary.LittleEndian.Uint64(q)
		o[0], o[1] = base+int64(x)&mask, base+int64(x>>(w&63))&mask
		x = binary.LittleEndian.Uint64(q[at2:]) >> s2
		o[2], o[3] = base+int64(x)&mask, base+int64(x>>(w&63))&mask
		x = binary.LittleEndian.Uint64(q[at4:]) >> s4
		o[4], o[5] = base+int64(x)&mask, base+int64(x>>(w&63))&mask
		x = binary.LittleEndian.Uint64(q[at6:]) >> s6
		o[6], o[7] = base+int64(x)&mask, base+int64(x>>(w&63))&mask
		p, out = p[w:], out[8:]
	}
	return p, out
}

func unpack1(p []byte, out []int64, w uint, base int64) ([]byte, []int64) {
	mask := int64(1)<<(w&63) - 1
	for len(out) >= 8 && uint(len(p)) >= w+8 {
		o, q := (*[8]int64)(out), p[:w+8]
		for i := range o {
			bit := uint(i) * w
			o[i] = base + int64(binary.LittleEndian.Uint64(q[bit>>3:])>>(bit&7))&mask
		}
		p, out = p[w:], out[8:]
	}
	return p, out
}
