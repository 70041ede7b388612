package draw

import "strings"

// hex is a colour by the name that Grafana gives it.
func hex(name string) string {
	if strings.HasPrefix(name, "#") || name == "transparent" {
		return name
	}
	for i, prefix := range []string{"super-light-", "light-", "", "semi-dark-", "dark-"} {
		if hue, ok := strings.CutPrefix(name, prefix); ok && shades(hue) != nil {
			return shades(hue)[i]
		}
	}
	return "#ccccdc"
}

// shades of a hue: super-light, light, plain, semi-dark, dark. It is nil for a hue that does not exist.
func shades(hue string) []string {
	return map[string][]string{
		"red":    {"#FFA6B0", "#FF7383", "#F2495C", "#E02F44", "#C4162A"},
		"orange": {"#FFCB7D", "#FFB357", "#FF9830", "#FF780A", "#FA6400"},
		"yellow": {"#FFF899", "#FFEE52", "#FADE2A", "#F2CC0C", "#E0B400"},
		"green":  {"#C8F2C2", "#96D98D", "#73BF69", "#56A64B", "#37872D"},
		"blue":   {"#C0D8FF", "#8AB8FF", "#5794F2", "#3274D9", "#1F60C4"},
		"purple": {"#DEB6F2", "#CA95E5", "#B877D9", "#A352CC", "#8F3BB8"},
	}[hue]
}

// palette is the colour of the ith series of a panel that sets none.
func palette(i int) string {
	all := []string{
		"#73BF69", "#F2CC0C", "#8AB8FF", "#FF780A", "#F2495C", "#5794F2",
		"#B877D9", "#705DA0", "#37872D", "#FADE2A", "#447EBC", "#C15C17",
	}
	return all[i%len(all)]
}
