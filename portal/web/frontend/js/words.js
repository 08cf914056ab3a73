// The page's language decides; both languages stand side by side so that neither is forgotten.
export const t = (indonesian, english) => (document.documentElement.lang === "en" ? english : indonesian);
