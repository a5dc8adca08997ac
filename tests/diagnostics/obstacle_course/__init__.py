"""A model with an obstacle in most of its functions: `# error: [code]` marks the lines, one mark for each obstacle."""
