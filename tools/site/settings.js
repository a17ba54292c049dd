// How MathJax reads the pages. It runs from a folder, so nothing may ask for a web worker or for the network: speech,
// braille and the explorer are off, and a screen reader gets the formula as MathML.
window.MathJax = {
  loader: {paths: {fonts: '[mathjax]/fonts'}},
  tex: {inlineMath: [['$', '$'], ['\\(', '\\)']], displayMath: [['$$', '$$'], ['\\[', '\\]']]},
  output: {fontPath: '[mathjax]/fonts/%%FONT%%-font'},
  svg: {fontCache: 'local'},
  options: {
    // As in JupyterLab, outputs may hold formulas; of a text, only what the Markdown marks as one.
    ignoreHtmlClass: 'rendered_html|prose',
    processHtmlClass: 'math|output_html',
    menuOptions: {settings: {enrich: false, speech: false, braille: false, collapsible: false, assistiveMml: true,
                             inTabOrder: false}}
  }
};
