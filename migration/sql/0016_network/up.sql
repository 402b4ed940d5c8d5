-- Who has to do with whom: a row for each pair of municipalities or projects, and each thing that joins them. A party that
-- is a municipality stands for itself; where only its project is known, that stands for it. Pairs without a direction
-- stand in the order of their ids, so that each is there once.
create view network_edge as
    with party as (
        select working_group_id as through_id, 'working_group' as kind, coalesce(municipality_id, project_id) as node_id
          from working_group_member
         where num_nonnulls(municipality_id, project_id) > 0
         union
        select learning_partnership_id, 'learning_partnership', coalesce(municipality_id, project_id)
          from learning_partnership_partner
         where num_nonnulls(municipality_id, project_id) > 0
    )
    select 'membership' as kind, municipality_id as source_id, project_id as target_id, project_id as through_id
      from project_member
     union all
    select 'shared_project', a.municipality_id, b.municipality_id, a.project_id
      from project_member a
      join project_member b on b.project_id = a.project_id and b.municipality_id > a.municipality_id
     union all
    select a.kind, a.node_id, b.node_id, a.through_id
      from party a
      join party b on b.through_id = a.through_id and b.node_id > a.node_id
     union all
    select 'transfer', coalesce(g.municipality_id, g.project_id), coalesce(r.municipality_id, r.project_id), l.id
      from learning_partnership l
      join learning_partnership_partner g on g.learning_partnership_id = l.id and g.role = 'giver'
      join learning_partnership_partner r on r.learning_partnership_id = l.id and r.role = 'receiver'
     where l.relation = 'transfer'
       and num_nonnulls(g.municipality_id, g.project_id) > 0
       and num_nonnulls(r.municipality_id, r.project_id) > 0
       and coalesce(g.municipality_id, g.project_id) <> coalesce(r.municipality_id, r.project_id)
     union all
    select 'transfer', o.node_id, a.municipality_id, a.practice_example_id
      from solution_adoption a
      join (select solution_id, municipality_id as node_id from solution_provider
             union all
            select sp.solution_id, sp.project_id
              from solution_project sp
             where not exists (select from solution_provider p where p.solution_id = sp.solution_id)) o
        on o.solution_id = a.solution_id and o.node_id <> a.municipality_id;
