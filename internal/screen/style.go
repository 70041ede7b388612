package screen

// style paints text in colours; with colour unset it leaves the text as it is.
type style struct{ colour bool }

func (s style) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(t string) string   { return s.paint("1", t) }
func (s style) dim(t string) string    { return s.paint("2", t) }
func (s style) good(t string) string   { return s.paint("32", t) }
func (s style) bad(t string) string    { return s.paint("31", t) }
func (s style) notice(t string) string { return s.paint("33", t) }
func (s style) colder(t string) string { return s.paint("36", t) }
