package alerts

import "slices"

// Groups are the rule groups by these parameters, records before the alerts that read them.
func Groups(p Parameters) []Group { return kept(newBuilder(p).groups(), p.Omit) }

// kept are the groups without what is omitted, and without the second of two equal records: two pairs of the table of
// burns may have a window in common.
func kept(all []Group, omit []string) []Group {
	recorded := map[string]bool{}
	var groups []Group
	for _, g := range all {
		if slices.Contains(omit, g.Name) {
			continue
		}
		g.Rules = slices.DeleteFunc(slices.Clone(g.Rules), func(r Rule) bool {
			key := r.Record + "\x00" + r.Labels.Cause + "\x00" + r.Expr
			again := r.Record != "" && recorded[key]
			recorded[key] = true
			return again || slices.Contains(omit, r.Alert)
		})
		if len(g.Rules) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// records are where each record is made.
func records(groups []Group) map[string]string {
	all := map[string]string{}
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Record != "" {
				all[r.Record] = g.Name
			}
		}
	}
	return all
}

// need is a kept rule that reads a record of a group that is left out.
type need struct{ rule, record, group string }

// needs finds what the omitted groups leave without its records. What only an annotation looks up is no need: there it
// says "unknown".
func needs(all []Group, omit []string) []need {
	groups := kept(all, omit)
	made, left := records(all), records(groups)
	var found []need
	for _, g := range groups {
		for _, r := range g.Rules {
			told := map[string]bool{} // one record of a group is enough to name
			for _, read := range nameInExpr().FindAllString(r.Expr, -1) {
				if group := made[read]; group != "" && left[read] == "" && !told[group] {
					told[group] = true
					found = append(found, need{rule: r.Record + r.Alert, record: read, group: group})
				}
			}
		}
	}
	return found
}
