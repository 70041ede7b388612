package invalid

// Nearest returns the known name within two edits of a mistyped one.
func Nearest(name string, known []string) (string, bool) {
	best, at := 3, ""
	for _, k := range known {
		if d := edits(name, k); d < best && d < len(k) {
			best, at = d, k
		}
	}
	return at, at != ""
}

// edits is the Levenshtein distance of two short words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
