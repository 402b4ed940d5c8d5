drop view network_edge;
