package cli

import (
	"fmt"
	"strings"

	"arbor/model"
	"arbor/model/date"
)

// markdownText is a text without what Markdown would take for its own.
func markdownText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, "|", `\|`, "#", `\#`).Replace(printable(text))
}

// reportMarkdown writes a report as Markdown: all of it, however long.
func (p *printer) reportMarkdown(rep *model.Report) {
	fmt.Fprintf(p.out, "# %s\n\n%s\n", reportTitle(rep, p.now), strings.Join(reportSums(rep), " · "))
	fmt.Fprint(p.out, "\n| | done | added | open | time |\n|---|--:|--:|--:|--:|\n")
	for i, per := range rep.Periods {
		fmt.Fprintf(p.out, "| %s | %d | %d | %d | %s |\n", periodName(rep, i, p.now), per.Done, per.Added, per.Open, hours(per.Worked))
	}
	if len(rep.Groups) > 0 {
		fmt.Fprint(p.out, "\n## Done\n")
	}
	for _, g := range rep.Groups {
		fmt.Fprintf(p.out, "\n### %s\n\n", markdownText(g.Label))
		for _, it := range g.Items {
			late := ""
			if it.Late {
				late = ", late"
			}
			fmt.Fprintf(p.out, "- [x] %s (%s%s)\n", markdownText(it.Node.Text), date.Format(date.Day(it.At.In(p.now.Location())), p.now), late)
		}
	}
	p.list("Time", len(rep.Time), func(i int) string {
		return hours(rep.Time[i].Time) + " " + markdownText(rep.Time[i].Label)
	})
	p.list("Logged", len(rep.Series), func(i int) string {
		return markdownText(rep.Series[i].Node.Text) + ": " + loggedText(&rep.Series[i])
	})
	p.list("Slipped", len(rep.Slipped), func(i int) string {
		return "[ ] " + markdownText(rep.Slipped[i].Text) + " (due " + date.Format(rep.Slipped[i].Due, p.now) + ")"
	})
	p.list("Estimated", len(rep.Measured), func(i int) string {
		return markdownText(rep.Measured[i].Node.Text) + ": " + measuredText(&rep.Measured[i])
	})
}

// list writes a section with a list, if there is anything in it.
func (p *printer) list(title string, n int, item func(int) string) {
	if n == 0 {
		return
	}
	fmt.Fprintf(p.out, "\n## %s\n\n", title)
	for i := range n {
		fmt.Fprintf(p.out, "- %s\n", item(i))
	}
}
