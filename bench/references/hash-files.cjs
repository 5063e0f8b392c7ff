// The least that Node can do to know what every file of a tree holds: read it and hash it. Nothing is written.
const { createHash } = require('node:crypto');
const fs = require('node:fs');

function hash(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) hash(file);
    else createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  }
}

hash(process.argv[2]);
