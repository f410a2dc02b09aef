# RT's initialdata: the tickets of the benchmarks, with all that clients are to load.
#
# They are made without transactions, which take RT longest, but for those with messages and files.
push @Final, sub {
    my $queue = RT::Queue->new( RT->SystemUser );
    $queue->Create( Name => 'Bench', Description => 'Tickets to be loaded and edited' );
    RT::User->new( RT->SystemUser )->Create( Name => $_, EmailAddress => "$_\@example.com" )
        for map {"person$_"} 1 .. 20;
    my @tickets;
    for my $number ( 1 .. $count ) {
        my $ticket = RT::Ticket->new( RT->SystemUser );
        my $more = $number <= $related;
        $ticket->Create(
            Queue              => 'Bench',
            Subject            => "Printer $number is on fire",
            Requestor          => [ sprintf( 'person%d@example.com', 1 + $number % 20 ) ],
            Cc                 => [ sprintf( 'person%d@example.com', 1 + ( $number + 7 ) % 20 ) ],
            Status             => $number % 3 ? 'open' : 'new',
            Priority           => $number % 100,
            TimeWorked         => $number % 50,
            Starts             => '2026-01-02 03:04:05',
            Due                => '2030-01-02 03:04:05',
            _RecordTransaction => $more,
            DryRun             => 0,
            ( $more ? ( MIMEObj => message($number) ) : () ),
        );
        push @tickets, $ticket;
    }
    for my $number ( 1 .. $related ) {
        my ( $one, $other ) = ( $tickets[ $number - 1 ], $tickets[ $number % $related ] );
        $one->AddLink( Type => 'DependsOn', Target => $other->id );
        $one->AddLink( Type => 'RefersTo', Target => 'https://example.com/' . $number );
    }
};

sub message {
    my ($number) = @_;
    my $message = MIME::Entity->build(
        Subject => 'Fire', Type => 'text/plain', Data => ["Printer $number\n"] );
    $message->attach(
        Type => 'text/csv', Filename => "log-$number.csv", Data => ["time,heat\n1,$number\n"] );
    return $message;
}
