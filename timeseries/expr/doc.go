// Package expr is a small language for series that follow from others: rate(coffee) by week, weight - ewma(weight, 0.1).
//
//	expression = sum [ "by" period ] .
//	sum        = product { ( "+" | "-" ) product } .
//	product    = factor { ( "*" | "/" ) factor } .
//	factor     = [ "-" ] ( number | span | name | call | "(" expression ")" ) .
//	call       = function "(" expression { "," expression } ")" .
//
// A span is a number with a unit: 30s, 15min, 6h, 7d, 2w. A name with other characters than letters, digits, dots and underscores stands in quotes. There
// are numbers, spans and series, and each function says which it takes; an expression as a whole is a series. There are no loops, and nothing refers to
// itself, so that each ends.
//
// Two series meet at the times of the first: the second counts with its last value up to then, and where it has none yet there is nothing. Summed up by
// the same period both have values at the same times. What is not a number, such as what is divided by 0, is left out.
package expr
