package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// examples are worked lines of a shell for each verb, by its words. Help and the manual pages show them; q7xk and m2fd stand for ids.
var examples = map[string][]string{
	"add":             {"arbor add 'call Anna +phone due:fri'", "arbor add 'water the plants' rec:.+3d due:today", "arbor add - --under q7xk < list.md"},
	"ls":              {"arbor ls +home -done 'due<fri' sort:due", "arbor ls is:overdue --json", "arbor ls --columns id,text,due --limit 10"},
	"find":            {"arbor find invoise acme", "arbor find roof --among +home"},
	"show":            {"arbor show q7xk", "arbor show q7xk --json --as-of 2026-11-01"},
	"edit":            {"arbor edit q7xk due:fri prio:H -later", "arbor edit '+home is:overdue' due:sat --yes", "arbor edit q7xk                  # in your editor"},
	"tag":             {"arbor tag q7xk +garden -home"},
	"tag list":        {"arbor tag list", "arbor tag list -done --json"},
	"tag rename":      {"arbor tag rename work job"},
	"note":            {"arbor note q7xk", "arbor note q7xk 'Anna called back'", "arbor note q7xk - --replace < minutes.txt"},
	"done":            {"arbor done q7xk", "arbor done q7xk m2fd --at 'yesterday 18:00'"},
	"undo":            {"arbor undo", "arbor undo --list", "arbor undo 3"},
	"redo":            {"arbor redo"},
	"next":            {"arbor next", "arbor next +home --limit 3"},
	"agenda":          {"arbor agenda", "arbor agenda week --open", "arbor agenda mon..fri --of +work"},
	"day":             {"arbor day", "arbor day 'slept well'", "arbor day yesterday"},
	"draw":            {"arbor draw"},
	"review":          {"arbor review", "arbor review +work", "arbor review --list --json"},
	"review answer":   {"arbor review answer q7xk defer fri", "arbor review answer q7xk keep"},
	"remind":          {"arbor remind --within 1h", `arbor remind --exec 'notify-send "$ARBOR_TEXT"'`},
	"context":         {"arbor context", "arbor context none"},
	"tree":            {"arbor tree", "arbor tree q7xk --json"},
	"mv":              {"arbor mv q7xk under:m2fd", "arbor mv q7xk after:m2fd"},
	"cp":              {"arbor cp q7xk under:m2fd"},
	"rm":              {"arbor rm q7xk", "arbor rm '+old is:done' --yes"},
	"depend":          {"arbor depend q7xk on:m2fd", "arbor depend q7xk off:m2fd"},
	"link":            {"arbor link q7xk m2fd"},
	"backlinks":       {"arbor backlinks q7xk"},
	"template":        {"arbor template save q7xk trip", "arbor template use trip under:m2fd"},
	"template list":   {"arbor template list"},
	"template use":    {"arbor template use trip under:m2fd city=Rome"},
	"template save":   {"arbor template save q7xk trip"},
	"open":            {"arbor open q7xk", "arbor open q7xk --note"},
	"skip":            {"arbor skip q7xk"},
	"pause":           {"arbor pause q7xk", "arbor pause q7xk '24 dec..2 jan'"},
	"resume":          {"arbor resume q7xk"},
	"chain":           {"arbor chain q7xk"},
	"start":           {"arbor start q7xk", "arbor start q7xk --at 9:00", "arbor start q7xk --pomodoro"},
	"stop":            {"arbor stop"},
	"track":           {"arbor track", "arbor track q7xk --since mon"},
	"track report":    {"arbor track report --by tag", "arbor track report --by day --since mon"},
	"track add":       {"arbor track add q7xk 'yesterday 9:00..10:30'"},
	"track edit":      {"arbor track edit @3k 'yesterday 9:00..10:00'", "arbor track edit @3k under:q7xk"},
	"track split":     {"arbor track split @3k 9:45"},
	"track merge":     {"arbor track merge @3k @3m"},
	"track rm":        {"arbor track rm @3k"},
	"track fix":       {"arbor track fix"},
	"log":             {"arbor log weight 72.4", "arbor log weight --list --since 7d", "arbor log weight --edit 72.1 --at 'fri 7:00'", "arbor log temp --stdin < temp.txt"},
	"series":          {"arbor series list", "arbor series set weight unit:kg goal:72@2027-03-01"},
	"series list":     {"arbor series list", "arbor series list --json"},
	"series set":      {"arbor series set weight unit:kg day:mean merge:last", "arbor series set gym target:3/week"},
	"series show":     {"arbor series show weight"},
	"series tidy":     {"arbor series tidy --dry-run", "arbor series tidy temp"},
	"plot":            {"arbor plot weight --since 90d"},
	"report":          {"arbor report", "arbor report month --by tag", "arbor report 'last week' --markdown"},
	"trash":           {"arbor trash", "arbor trash +home"},
	"restore":         {"arbor restore q7xk"},
	"history":         {"arbor history q7xk"},
	"diff":            {"arbor diff q7xk"},
	"import":          {"arbor import --dry-run tasks.json", "arbor import taskwarrior tasks.json", "arbor import csv --series weight --time-column 1 weight.csv", "arbor import --wide --series Seattle weather.csv"},
	"export":          {"arbor export json > tree.jsonl", "arbor export csv weight > weight.csv"},
	"export json":     {"arbor export json > tree.jsonl", "arbor export json +home > home.jsonl"},
	"export csv":      {"arbor export csv weight --since 90d", "arbor export csv -o samples.csv"},
	"export jsonl":    {"arbor export jsonl weight > weight.jsonl"},
	"watch":           {"arbor watch", "arbor watch --json | jq .event"},
	"hook":            {"arbor hook list"},
	"hook list":       {"arbor hook list"},
	"hook run":        {"arbor hook run on-done.sh q7xk"},
	"demo":            {"arbor demo", "arbor demo --tour"},
	"config":          {"arbor config show", "arbor config check"},
	"config path":     {"arbor config path"},
	"config check":    {"arbor config check"},
	"config show":     {"arbor config show --json"},
	"doctor":          {"arbor doctor"},
	"store":           {"arbor store verify", "arbor store backup arbor.backup"},
	"store stats":     {"arbor store stats"},
	"store verify":    {"arbor store verify"},
	"store salvage":   {"arbor store salvage --to rescued"},
	"store backup":    {"arbor store backup arbor.backup", "arbor store backup - | ssh box 'cat > arbor.backup'"},
	"store restore":   {"arbor store restore arbor.backup --to elsewhere"},
	"store clean":     {"arbor store clean"},
	"man":             {"arbor man ls | man -l -", "arbor man store verify", "arbor man --all man1"},
	"help":            {"arbor help ls"},
	"completion":      {"arbor completion bash"},
	"completion bash": {"arbor completion bash > ~/.local/share/bash-completion/completions/arbor"},
	"completion zsh":  {"arbor completion zsh > _arbor"},
	"completion fish": {"arbor completion fish > ~/.config/fish/completions/arbor.fish"},
}

// showExamples gives every verb its examples.
func showExamples(root *cobra.Command) {
	for _, c := range root.Commands() {
		if lines := examples[strings.TrimPrefix(c.CommandPath(), "arbor ")]; lines != nil {
			c.Example = "  " + strings.Join(lines, "\n  ")
		}
		showExamples(c)
	}
}
