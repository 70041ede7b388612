package simulator

// Documented is a row of the table of kinds, for the test of its documentation.
type Documented struct {
	Kind           IncidentKind
	Needs, MayHave []string
}

// IncidentTable is the table of kinds.
func IncidentTable() []Documented {
	var all []Documented
	for _, k := range kindRows() {
		all = append(all, Documented{k.kind, k.needs, k.mayHave})
	}
	return all
}
