"""What is kept of a visitor's pictures: the database and how it is asked."""
