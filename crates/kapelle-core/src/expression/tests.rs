mod pieces;
