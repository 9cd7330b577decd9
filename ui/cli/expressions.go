package cli

import (
	"strings"

	"arbor/timeseries/expr"
)

// expressionHelp says what series can be made of others.
func expressionHelp() string {
	var b strings.Builder
	b.WriteString("A series can also follow from others: 'rate(coffee) by week', 'ewma(weight, 0.1)', 'weight - ewma(weight, 0.1)'. " +
		"Series stand there by their names, in quotes if these have other characters than letters, digits, dots and underscores, and so do those that follow from " +
		"the tree. There are + - * / and parentheses, numbers, and spans of time: 30s, 15min, 6h, 7d, 2w. 'by' and a period of the calendar sums up: " +
		"to the mean, or to what stands before it, as in 'sum(coffee) by week'. " +
		"Two series meet at the times of the first one; the second counts with its last value up to then. What is not a number, such as what is divided by 0, is left out. " +
		"The functions are\n")
	for _, name := range expr.Functions() {
		written, says := expr.Help(name)
		b.WriteString("\n  " + written + ": " + says)
	}
	return b.String()
}
