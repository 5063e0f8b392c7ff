// The least that Node can do to see whether any file of a tree has changed: list it and look at each file.
const fs = require('node:fs');

function list(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) list(file);
    else fs.lstatSync(file);
  }
}

list(process.argv[2]);
