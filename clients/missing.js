// Stands in for files that a published package misses: nothing of them is used.
module.exports = { default: class {} };
