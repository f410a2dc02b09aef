# Loads RT once and forks what is needed from it: a Starman that serves RT, and one short-lived
# process for each file of initialdata. RT takes over a second to compile; a fork takes none.
#
#     perl server.pl RT_SERVER CONTROL_FD [LISTEN_FD WORKERS]
#
# Each line read from CONTROL_FD is the path of an initialdata file as a JSON string; each is answered
# with one line, the JSON list of RT's complaints. When CONTROL_FD closes, everything ends.
use strict;
use warnings;
no warnings 'once';

use JSON::PP ();
use POSIX ();
use Time::HiRes ();

# Taken off @ARGV because rt-server shows its manual when it finds "help" anywhere in it.
my ( $rt_server, $control_fd, $listen_fd, $workers ) = splice @ARGV;

open my $control, '+<&=', $control_fd or die "cannot open descriptor $control_fd: $!\n";
$control->autoflush(1);
my $json = JSON::PP->new->ascii->allow_nonref;

# rt-server gives its application to whoever loads it as a PSGI file, with the database closed again.
my $app = do $rt_server;
die "cannot load $rt_server: ", $@ || $!, "\n" unless ref $app;
die "RT finds no database and would run its installer\n" if RT->InstallMode;
spare_the_disk();

my $server = defined $listen_fd ? serve() : 0;
$SIG{CHLD} = sub {
    local ( $!, $? );
    POSIX::_exit(1) if $server && waitpid( $server, POSIX::WNOHANG() ) > 0;
};
while ( my $line = <$control> ) {
    answer( $json->decode($line) );
}
kill KILL => -getpgrp if $server;

# The database lives as long as a test run, so nothing is gained by waiting for the disk.
sub spare_the_disk {
    my $connect = \&RT::Handle::Connect;
    no warnings 'redefine';
    *RT::Handle::Connect = sub {
        my $result = $connect->(@_);
        $_[0]->dbh->do('PRAGMA synchronous = OFF');
        return $result;
    };
}

sub serve {
    defined( my $pid = fork ) or die "cannot fork: $!\n";
    return $pid if $pid;
    close $control;
    $SIG{PIPE} = 'IGNORE';
    require Starman::Server;
    @RTorm::Server::ISA = ('Starman::Server');
    RTorm::Server->new->run( $app,
        { host => '127.0.0.1', port => RT->Config->Get('WebPort'), workers => $workers } );
    POSIX::_exit(1);
}

# The port was bound before RT was loaded. Net::Server takes such sockets over from the environment,
# where it leaves them for itself when it restarts.
sub RTorm::Server::bind {
    my ($self) = @_;
    local $ENV{BOUND_SOCKETS} = join '|', $listen_fd, $self->{server}{sock}[0]->hup_string;
    return $self->Starman::Server::bind;
}

sub answer {
    my ($file) = @_;
    defined( my $pid = fork ) or die "cannot fork: $!\n";
    if ( !$pid ) {
        $SIG{CHLD} = 'DEFAULT';
        print $control $json->encode( insert($file) ), "\n";
        POSIX::_exit(0);
    }
    waitpid $pid, 0;
    print $control $json->encode( ["the inserting process ended with status $?"] ), "\n" if $?;
}

# InsertData only logs what goes wrong with a single record, so the log is what tells.
sub insert {
    my ($file) = @_;
    my @complaints;
    require Log::Dispatch::Code;
    $RT::Logger->add(
        Log::Dispatch::Code->new( min_level => 'error', code => sub { push @complaints, {@_}->{message} } )
    );
    my ( $ok, $message ) = eval {
        RT::ConnectToDatabase();
        delete $RT::System->{attributes};
        RT::CustomRoles->RegisterRoles;
        my @outcome = $RT::Handle->InsertData( $file, undef, disconnect_after => 0 );
        refresh_caches();
        @outcome;
    };
    push @complaints, $@ || $message || 'failed without a reason' unless $ok;
    return [ map {"$_"} @complaints ];
}

# RT drops its caches of records and rights after each request. What remains is reloaded when one of
# these stamps is newer than the last one seen, and RT stamps in whole seconds, so that a second change
# within the second would go unseen.
sub refresh_caches {
    for my $name (qw(CustomRoleCacheNeedsUpdate LifecycleCacheNeedsUpdate ConfigCacheNeedsUpdate)) {
        delete $RT::System->{attributes};
        RT->System->SetAttribute( Name => $name, Content => Time::HiRes::time() )
            if RT->System->FirstAttribute($name);
    }
}
