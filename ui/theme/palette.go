package theme

import "github.com/charmbracelet/lipgloss"

type palette struct {
	styles        [styleCount]lipgloss.Style
	cursor, panel lipgloss.Color // backgrounds; both empty: reverse video
	paper, ink    lipgloss.Color
}

func plain() lipgloss.Style              { return lipgloss.NewStyle() }
func fg(c lipgloss.Color) lipgloss.Style { return plain().Foreground(c) }

// mono uses attributes alone.
func mono() palette {
	bold, faint := plain().Bold(true), plain().Faint(true)
	p := palette{paper: "#16181d", ink: "#d5d8df"}
	p.styles = [styleCount]lipgloss.Style{
		Dim: faint, Faint: faint, Title: bold, Accent: bold, Bright: bold, Tag: faint, Today: bold, Overdue: bold.Underline(true),
		Done: faint, Cancelled: faint, Doing: bold, Key: bold, Label: faint, Error: bold, Match: bold.Underline(true),
		Cursor: plain().Reverse(true), Mark: bold, Border: faint, Edge: faint, Arrow: bold, Axis: faint, Disabled: faint,
		Link: plain().Underline(true), Note: faint,
	}
	return p
}

// sixteen uses the person's own sixteen colours and never bright black, which some palettes make invisible.
func sixteen() palette {
	p := mono()
	set := func(st Style, s lipgloss.Style) { p.styles[st] = s }
	set(Title, plain().Bold(true))
	set(Accent, fg("6").Bold(true))
	set(Tag, fg("6"))
	set(Due, fg("3"))
	set(Today, fg("3").Bold(true))
	set(Overdue, fg("1").Bold(true))
	set(Todo, fg("6"))
	set(Doing, fg("3").Bold(true))
	set(Waiting, fg("5"))
	set(Done, fg("2"))
	set(Key, fg("6").Bold(true))
	set(Error, fg("1").Bold(true))
	set(Good, fg("2"))
	set(Match, fg("3").Bold(true).Underline(true))
	set(Mark, fg("5").Bold(true))
	set(Arrow, fg("5"))
	set(Spark, fg("2"))
	set(Link, fg("6").Underline(true))
	for i, c := range []lipgloss.Color{"6", "3", "2", "5", "1", "4"} {
		set(Series1+Style(i), fg(c))
	}
	return p
}

// dark is for backgrounds from black to a dark slate.
func dark() palette {
	p := palette{cursor: "#2a3047", panel: "#1f2333", paper: "#171a24", ink: "#ccd3e4"}
	p.styles = rich(colours{dim: "#98a1b8", faint: "#4b5268", title: "#e6eaf5", accent: "#86b2ff", tag: "#7fcabd", due: "#dcb373", today: "#ffc66b",
		overdue: "#ff8a98", doing: "#ffc66b", waiting: "#c0a8ee", done: "#8fc48a", good: "#9fd49a", match: "#ffd479", note: "#98a1b8",
		series: [6]lipgloss.Color{"#86b2ff", "#ffb374", "#9fd49a", "#d9a6f0", "#ff8a98", "#7fd4d4"}})
	return p
}

// light is for backgrounds from white to a warm paper.
func light() palette {
	p := palette{cursor: "#dde6f8", panel: "#eff1f5", paper: "#fbfaf7", ink: "#2a2e38"}
	p.styles = rich(colours{dim: "#565e6e", faint: "#b4bac6", title: "#11151d", accent: "#1f4fbf", tag: "#0a625a", due: "#7a4d00", today: "#8a4200",
		overdue: "#ad1230", doing: "#8a4200", waiting: "#63409f", done: "#2b6630", good: "#2b6630", match: "#7d4900", note: "#565e6e",
		series: [6]lipgloss.Color{"#1f4fbf", "#9a4600", "#2b6630", "#7a2f9a", "#ad1230", "#0a6070"}})
	return p
}

type colours struct {
	dim, faint, title, accent, tag, due, today, overdue, doing, waiting, done, good, match, note lipgloss.Color
	series                                                                                       [6]lipgloss.Color
}

func rich(c colours) [styleCount]lipgloss.Style {
	s := [styleCount]lipgloss.Style{
		Dim: fg(c.dim), Faint: fg(c.faint), Title: fg(c.title).Bold(true), Accent: fg(c.accent).Bold(true), Bright: fg(c.title).Bold(true),
		Tag: fg(c.tag), Due: fg(c.due), Today: fg(c.today).Bold(true), Overdue: fg(c.overdue).Bold(true),
		Todo: fg(c.accent), Doing: fg(c.doing), Waiting: fg(c.waiting), Done: fg(c.done), Cancelled: fg(c.dim),
		Note: fg(c.note), Key: fg(c.accent).Bold(true), Label: fg(c.dim), Error: fg(c.overdue).Bold(true), Good: fg(c.good),
		Match: fg(c.match).Bold(true).Underline(true), Cursor: plain().Reverse(true), Mark: fg(c.waiting).Bold(true), Border: fg(c.faint),
		Edge: fg(c.faint), Arrow: fg(c.waiting), Axis: fg(c.dim), Spark: fg(c.good), Disabled: fg(c.faint), Link: fg(c.accent).Underline(true),
	}
	for i := range c.series {
		s[Series1+Style(i)] = fg(c.series[i])
	}
	return s
}
