"""The command line: one file per subcommand. Arguments in, one call of the public API, output out."""
