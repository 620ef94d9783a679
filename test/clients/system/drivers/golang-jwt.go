package main

func newSubjectOf() func(string) (string, error) {
	return func(raw string) (string, error) {
		claims, err := verify(raw)
		if err != nil {
			return "", err
		}
		return claims["sub"].(string), nil
	}
}
