package metrics

import "strings"

// valid makes a configured text fit for a label value, as the client library panics at any other.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// clipped is valid, and short: what a server says of itself is not to be trusted.
func clipped(text string) string {
	const enough = 200
	return valid(text[:min(len(text), enough)])
}
