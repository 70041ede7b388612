package metrics

import "strings"

// valid makes a text fit for a label value: the client library panics at one that is not UTF-8. The words of a
// server arrive short and printable, because prober/chat cleans them.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
