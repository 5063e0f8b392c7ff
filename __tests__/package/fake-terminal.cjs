// Loaded before the command line: makes its stderr look like a terminal, which no test has.
const { WriteStream } = require('node:tty');

const { stderr } = process;
stderr.isTTY = true;
stderr.columns = 80;
// These read NO_COLOR, FORCE_COLOR and TERM, and nothing of the stream.
stderr.getColorDepth = WriteStream.prototype.getColorDepth;
stderr.hasColors = WriteStream.prototype.hasColors;
