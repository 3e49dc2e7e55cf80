"""`python -m varstat`: the command line where its script isn't on the path."""

from varstat.cli import main

if __name__ == "__main__":
    main()
